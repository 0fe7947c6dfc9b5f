using System.Text;

namespace Vibee.Engine.Runners;

/// <summary>
/// The tokenizer of scripted models: a token for each of the 256 bytes, then the given words, then special tokens.
/// Encoding takes the longest word that fits, else a byte.
/// </summary>
public sealed class WordTokenizer : ITokenizer
{
    private const int FirstWord = 256;

    private readonly byte[][] _bytes;
    private readonly int _firstSpecial;
    private readonly TokenBound _bound;

    /// <param name="words">Not empty strings.</param>
    /// <param name="specials">Tokens with a name but no text, such as turn markers; the first ends a turn.</param>
    public WordTokenizer(IReadOnlyList<string> words, IReadOnlyList<string> specials)
    {
        _bytes =
        [
            .. Enumerable.Range(0, FirstWord).Select(value => new[] { (byte)value }),
            .. words.Select(Encoding.UTF8.GetBytes),
            .. specials.Select(Encoding.UTF8.GetBytes),
        ];
        _firstSpecial = FirstWord + words.Count;
        EndOfGenerationTokens = new HashSet<int> { _firstSpecial };
        _bound = TokenBound.Of(VocabularySize, token => _bytes[token], swallowsSpace: false)!;
    }

    public int VocabularySize => _bytes.Length;

    public int? BeginToken => null;

    public int? EndToken => _firstSpecial;

    public IReadOnlySet<int> EndOfGenerationTokens { get; }

    public int[] Encode(string text, bool addSpecial, bool parseSpecial)
    {
        var bytes = Encoding.UTF8.GetBytes(text).AsSpan();
        var last = parseSpecial ? _bytes.Length : _firstSpecial;
        var tokens = new List<int>();
        while (bytes.Length > 0)
        {
            int longest = bytes[0];
            for (var token = FirstWord; token < last; token++)
            {
                if (_bytes[token].Length > _bytes[longest].Length && bytes.StartsWith(_bytes[token]))
                    longest = token;
            }

            tokens.Add(longest);
            bytes = bytes[_bytes[longest].Length..];
        }

        return [.. tokens];
    }

    public bool IsLongerThan(string text, int tokens) => _bound.Exceeds(text, tokens);

    public ReadOnlySpan<byte> Bytes(int token, bool renderSpecial = false) =>
        token < _firstSpecial || renderSpecial ? _bytes[token] : [];
}
