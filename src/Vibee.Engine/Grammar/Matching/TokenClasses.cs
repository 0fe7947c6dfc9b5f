using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Which tokens have which characters: for terminals that repeat a class, such as <c>[a-z0-9_]*</c>. For each ASCII
/// character a mask (2 MB for 128k tokens), so that any class is some dozens of masks put together, in 0.1 ms.
/// </summary>
internal sealed class TokenClasses
{
    private const int Ascii = 128;

    /// <summary>Masks that are kept, 16 KB each for 128k tokens; those of other classes are put together again each time.</summary>
    private const int MaxKept = 256;

    private static readonly CharSet Wide = CharSet.Of((Ascii, 0x10FFFF)).Intersect(CharSet.Any);

    private readonly GrammarVocabulary _vocabulary;
    private readonly TokenMask _all;
    private readonly TokenMask _broken;
    private readonly TokenMask[] _having = new TokenMask[Ascii];
    private readonly (int Token, int[] Letters)[] _wide;
    private readonly ConcurrentDictionary<CharSet, TokenMask> _made = new();
    private readonly ConcurrentDictionary<CharSet, TokenMask> _strangers = new();

    public TokenClasses(GrammarVocabulary vocabulary, List<ReadOnlyMemory<byte>> texts, List<int> tokens)
    {
        (_vocabulary, _all, _broken) = (vocabulary, new TokenMask(vocabulary), new TokenMask(vocabulary));
        for (var letter = 0; letter < Ascii; letter++)
            _having[letter] = new TokenMask(vocabulary);
        var wide = new List<(int, int[])>();
        for (var index = 0; index < tokens.Count; index++)
        {
            var text = texts[index].Span;
            var token = tokens[index];
            _all[token] = true;
            foreach (var value in text)
            {
                if (value < Ascii)
                    _having[value][token] = true;
            }
            if (!IsWhole(text))
                _broken[token] = true;
            else if (text.ContainsAnyExceptInRange((byte)0, (byte)(Ascii - 1)))
                wide.Add((token, [.. Encoding.UTF8.GetString(text).EnumerateRunes().Select(rune => rune.Value).Where(letter => letter >= Ascii).Distinct()]));
        }
        _wide = [.. wide];
    }

    /// <summary>Tokens of nothing but characters of a class.</summary>
    public TokenMask MadeOf(CharSet characters)
    {
        if (_made.TryGetValue(characters, out var mask))
            return mask;
        mask = new TokenMask(_vocabulary);
        mask.Add(_all);
        for (var letter = 0; letter < Ascii; letter++)
        {
            if (!characters.Contains(letter))
                mask.Remove(_having[letter]);
        }
        mask.Remove(Strangers(characters));
        mask.Remove(_broken);
        if (_made.Count < MaxKept)
            _made.TryAdd(characters, mask);
        return mask;
    }

    /// <summary>Tokens with one of <paramref name="others"/>, and where these may be beyond ASCII all that have such
    /// characters, or parts of them, that are not in a class.</summary>
    /// <param name="characters">The class.</param>
    public void WithOthers(CharSet characters, CharSet others, TokenMask mask)
    {
        Array.Clear(mask.Words);
        for (var letter = 0; letter < Ascii; letter++)
        {
            if (others.Contains(letter))
                mask.Add(_having[letter]);
        }
        var hasWideOthers = !others.Intersect(Wide).IsEmpty;
        if (hasWideOthers)
            mask.Add(Strangers(characters));
        if (hasWideOthers || !characters.Intersect(Wide).IsEmpty)
            mask.Add(_broken);
    }

    /// <summary>Tokens of whole characters of which some, beyond ASCII, are not in the class.</summary>
    private TokenMask Strangers(CharSet characters)
    {
        var known = characters.Intersect(Wide);
        if (_strangers.TryGetValue(known, out var strangers))
            return strangers;
        strangers = new TokenMask(_vocabulary);
        foreach (var (token, letters) in _wide)
        {
            if (!Array.TrueForAll(letters, known.Contains))
                strangers[token] = true;
        }
        if (_strangers.Count < MaxKept)
            _strangers.TryAdd(known, strangers);
        return strangers;
    }

    private static bool IsWhole(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out _, out var length) != OperationStatus.Done)
                return false;
            text = text[length..];
        }
        return true;
    }
}
