using System.Buffers;
using System.Text;
using Vibee.Engine;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// A model's tokenizer: special tokens are cut out of the text, an encoder tokenizes the rest, and begin and end tokens
/// are put around it.
/// </summary>
internal sealed class ModelTokenizer(
    Vocabulary vocabulary, SpecialTokens special, TextEncoder encoder, int? prefix, int? suffix) : ITokenizer
{
    private readonly SpecialTokenSplitter _splitter = new(vocabulary);
    private readonly TokenBound? _bound = TokenBound.Of(vocabulary.Count, token => encoder.Pieces[token], swallowsSpace:
        vocabulary.Attributes.Any(attributes => (attributes & (TokenAttributes.StripsLeft | TokenAttributes.StripsRight)) != 0));

    public int VocabularySize => vocabulary.Count;

    /// <summary>Of all tables, for the budget.</summary>
    public long TableBytes => vocabulary.Bytes + encoder.Bytes + _splitter.Bytes;

    public int? BeginToken => special.Begin;

    public int? EndToken => special.End;

    public IReadOnlySet<int> EndOfGenerationTokens => special.EndOfGeneration;

    public bool IsLongerThan(string text, int tokens) => _bound?.Exceeds(text, tokens) == true;

    public int[] Encode(string text, bool addSpecial, bool parseSpecial)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            // Lone surrogates become U+FFFD here.
            var length = Encoding.UTF8.GetBytes(text, bytes);
            var tokens = new List<int>(length / 4 + 4);
            if (addSpecial && prefix is { } first)
                tokens.Add(first);
            Encode(bytes.AsSpan(0, length), parseSpecial, tokens);
            if (addSpecial && suffix is { } last)
                tokens.Add(last);
            return [.. tokens];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public ReadOnlySpan<byte> Bytes(int token, bool renderSpecial = false) =>
        !renderSpecial && vocabulary.Is(token, TokenAttributes.Control | TokenAttributes.Unknown) ? [] : encoder.Pieces[token];

    private void Encode(ReadOnlySpan<byte> text, bool parseSpecial, List<int> tokens)
    {
        var begins = true;
        foreach (var fragment in _splitter.Split(text, parseSpecial))
        {
            if (fragment.IsText)
                encoder.Encode(text.Slice(fragment.Start, fragment.Length), begins, tokens);
            else
                tokens.Add(fragment.Token);
            begins = !fragment.IsText;
        }
    }
}
