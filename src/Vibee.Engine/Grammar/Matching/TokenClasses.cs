using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>Which tokens are made of which characters: for terminals that repeat a class, such as <c>[a-z0-9_]*</c>.</summary>
internal sealed class TokenClasses
{
    /// <summary>Masks that are kept, 16 KB each for 128k tokens; other classes are counted out again each time.</summary>
    private const int MaxKept = 256;

    private readonly GrammarVocabulary _vocabulary;
    private readonly int[] _tokens;
    private readonly UInt128[] _ascii;
    private readonly Width[] _widths;
    private readonly int[][] _containing;
    private readonly int[]?[] _wide;
    private readonly ConcurrentDictionary<CharSet, Members> _known = new();

    public TokenClasses(GrammarVocabulary vocabulary, List<ReadOnlyMemory<byte>> texts, List<int> tokens)
    {
        _vocabulary = vocabulary;
        _tokens = [.. tokens];
        _ascii = new UInt128[_tokens.Length];
        _widths = new Width[_tokens.Length];
        _wide = new int[]?[_tokens.Length];
        var containing = new List<int>[128];
        for (var value = 0; value < 128; value++)
            containing[value] = [];
        var broken = new List<int>();
        for (var index = 0; index < _tokens.Length; index++)
        {
            var text = texts[index].Span;
            foreach (var value in text)
            {
                if (value >= 128)
                    continue;
                if ((_ascii[index] >> value & UInt128.One) == UInt128.Zero)
                    containing[value].Add(_tokens[index]);
                _ascii[index] |= UInt128.One << value;
            }
            _widths[index] = !text.ContainsAnyExceptInRange((byte)0, (byte)127) ? Width.Ascii : IsWhole(text) ? Width.Wide : Width.Broken;
            if (_widths[index] == Width.Wide)
                _wide[index] = [.. Encoding.UTF8.GetString(text).EnumerateRunes().Select(rune => rune.Value).Where(letter => letter >= 128).Distinct()];
            if (_widths[index] == Width.Broken)
                broken.Add(_tokens[index]);
        }
        _containing = [.. containing.Select(list => list.ToArray())];
        Broken = [.. broken];
    }

    /// <summary>Tokens with a part of a character.</summary>
    public int[] Broken { get; }

    /// <summary>Tokens with an ASCII character.</summary>
    public int[] Containing(int letter) => _containing[letter];

    /// <summary>Tokens of nothing but characters of a class.</summary>
    public Members MadeOf(CharSet characters)
    {
        if (_known.TryGetValue(characters, out var known))
            return known;
        var ascii = UInt128.Zero;
        for (var letter = 0; letter < 128; letter++)
            ascii |= characters.Contains(letter) ? UInt128.One << letter : UInt128.Zero;
        var (mask, strangers) = (new TokenMask(_vocabulary), new List<int>());
        for (var index = 0; index < _tokens.Length; index++)
        {
            if (_widths[index] == Width.Wide && !HasOnly(_wide[index]!, characters))
                strangers.Add(_tokens[index]);
            else if (_widths[index] != Width.Broken && (_ascii[index] & ~ascii) == UInt128.Zero)
                mask[_tokens[index]] = true;
        }
        known = new Members(mask, [.. strangers]);
        if (_known.Count < MaxKept)
            _known.TryAdd(characters, known);
        return known;
    }

    private static bool HasOnly(int[] letters, CharSet characters)
    {
        foreach (var letter in letters)
        {
            if (!characters.Contains(letter))
                return false;
        }
        return true;
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

    /// <param name="Mask">Tokens made of the class.</param>
    /// <param name="Strangers">Tokens with characters beyond ASCII that are not in the class.</param>
    internal sealed record Members(TokenMask Mask, int[] Strangers);

    private enum Width : byte
    {
        Ascii,
        Wide,
        Broken,
    }
}
