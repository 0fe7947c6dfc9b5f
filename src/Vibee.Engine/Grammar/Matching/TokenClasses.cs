using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

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
    private readonly ConcurrentDictionary<(UInt128 Ascii, bool IsWide), TokenMask> _masks = new();

    public TokenClasses(GrammarVocabulary vocabulary, List<ReadOnlyMemory<byte>> texts, List<int> tokens)
    {
        _vocabulary = vocabulary;
        _tokens = [.. tokens];
        _ascii = new UInt128[_tokens.Length];
        _widths = new Width[_tokens.Length];
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
    /// <param name="ascii">A bit for each ASCII character.</param>
    /// <param name="isWide">Whether all others belong to the class as well; otherwise none does.</param>
    public TokenMask MadeOf(UInt128 ascii, bool isWide)
    {
        if (_masks.TryGetValue((ascii, isWide), out var known))
            return known;
        var mask = new TokenMask(_vocabulary);
        for (var index = 0; index < _tokens.Length; index++)
        {
            if ((_ascii[index] & ~ascii) == UInt128.Zero && _widths[index] <= (isWide ? Width.Wide : Width.Ascii))
                mask[_tokens[index]] = true;
        }
        if (_masks.Count < MaxKept)
            _masks.TryAdd((ascii, isWide), mask);
        return mask;
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

    private enum Width : byte
    {
        Ascii,
        Wide,
        Broken,
    }
}
