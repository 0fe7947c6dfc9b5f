using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Vibee.Engine;

namespace Vibee.LlamaCpp;

/// <summary>The model's tokenizer. Encoding is native and thread-safe there; decoding reads a table made once.</summary>
internal sealed unsafe class LlamaTokenizer : ITokenizer
{
    private readonly ModelHandle _model;
    private readonly nint _vocab;

    // All tokens' bytes one after the other: token t has [_starts[t], _starts[t + 1]).
    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly bool[] _isSpecial;

    private readonly TextPieces? _pieces; // for the vocabularies that need it
    private readonly TokenBound? _bound; // for the vocabularies that have one

    /// <param name="model">Stays the caller's; encoding after its disposal is refused.</param>
    /// <exception cref="RunnerException">The vocabulary asks for tokens that it lacks.</exception>
    public LlamaTokenizer(ModelHandle model)
    {
        _model = model;
        _vocab = NativeMethods.llama_model_get_vocab(model.Pointer);
        VocabularySize = NativeMethods.llama_vocab_n_tokens(_vocab);
        BeginToken = TokenOrNull(NativeMethods.llama_vocab_bos(_vocab));
        EndToken = TokenOrNull(NativeMethods.llama_vocab_eos(_vocab));
        CheckEnds();
        EndOfGenerationTokens = Enumerable.Range(0, VocabularySize)
            .Where(token => NativeMethods.llama_vocab_is_eog(_vocab, token))
            .ToFrozenSet();
        _starts = new int[VocabularySize + 1];
        _isSpecial = new bool[VocabularySize];
        _bytes = ReadAllBytes();
        var type = NativeMethods.llama_vocab_type(_vocab);
        if (type == NativeMethods.VocabTypeBpe)
            _pieces = new TextPieces(SpecialTexts());
        // Others drop white space or read a whole word as one unknown token.
        if (type is NativeMethods.VocabTypeBpe or NativeMethods.VocabTypeSpm)
            _bound = TokenBound.Of(VocabularySize, token => Bytes(token, renderSpecial: true), TokensWith(NativeMethods.AttributesOfStripping).Any());
    }

    public int VocabularySize { get; }

    public int? BeginToken { get; }

    public int? EndToken { get; }

    public IReadOnlySet<int> EndOfGenerationTokens { get; }

    public ReadOnlySpan<byte> Bytes(int token, bool renderSpecial = false) =>
        _isSpecial[token] && !renderSpecial ? [] : _bytes.AsSpan(_starts[token].._starts[token + 1]);

    public bool IsLongerThan(string text, int tokens) => _bound?.Exceeds(text, tokens) == true;

    public int[] Encode(string text, bool addSpecial, bool parseSpecial)
    {
        if (_pieces is null || text.Length <= TextPieces.LongestRun)
            return EncodePiece(text, addSpecial, parseSpecial);

        var rest = text.AsSpan();
        var length = _pieces.First(rest);
        if (length == rest.Length)
            return EncodePiece(rest, addSpecial, parseSpecial);
        var tokens = new List<int>();
        if (addSpecial && NativeMethods.llama_vocab_get_add_bos(_vocab) && BeginToken is { } begin)
            tokens.Add(begin);
        for (; rest.Length > 0; rest = rest[length..])
        {
            length = _pieces.First(rest);
            tokens.AddRange(EncodePiece(rest[..length], addSpecial: false, parseSpecial));
        }

        if (addSpecial && NativeMethods.llama_vocab_get_add_eos(_vocab) && EndToken is { } end)
            tokens.Add(end);
        return [.. tokens];
    }

    private int[] EncodePiece(ReadOnlySpan<char> text, bool addSpecial, bool parseSpecial)
    {
        var length = Encoding.UTF8.GetByteCount(text); // lone surrogates count and encode as U+FFFD
        var utf8 = ArrayPool<byte>.Shared.Rent(length + 1); // never empty, so that it can be pinned
        // A token stands for one byte at least, except begin and end and the space that some models put in front.
        var tokens = ArrayPool<int>.Shared.Rent(length + 8);
        try
        {
            Encoding.UTF8.GetBytes(text, utf8);
            var count = Encode(utf8, length, tokens, addSpecial, parseSpecial);
            if (count < -tokens.Length)
            {
                ArrayPool<int>.Shared.Return(tokens);
                tokens = ArrayPool<int>.Shared.Rent(-count);
                count = Encode(utf8, length, tokens, addSpecial, parseSpecial);
            }

            return tokens.AsSpan(0, count).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
            ArrayPool<int>.Shared.Return(tokens);
        }
    }

    private int Encode(byte[] utf8, int length, int[] tokens, bool addSpecial, bool parseSpecial)
    {
        var isHeld = false;
        try
        {
            _model.DangerousAddRef(ref isHeld);
            fixed (byte* text = utf8)
            fixed (int* output = tokens)
                return NativeMethods.llama_tokenize(_vocab, text, length, output, tokens.Length, addSpecial, parseSpecial);
        }
        finally
        {
            if (isHeld)
                _model.DangerousRelease();
        }
    }

    // As llama.cpp does, whatever parseSpecial says: tokens a model's author defined are always found as a whole.
    private IEnumerable<string> SpecialTexts() =>
        TokensWith(NativeMethods.AttributesOfWholeTokens).Select(token => Encoding.UTF8.GetString(Bytes(token, renderSpecial: true)));

    private IEnumerable<int> TokensWith(int attributes) =>
        Enumerable.Range(0, VocabularySize).Where(token => (NativeMethods.llama_vocab_get_attr(_vocab, token) & attributes) != 0);

    private byte[] ReadAllBytes()
    {
        var all = new ArrayBufferWriter<byte>(VocabularySize * 8);
        for (var token = 0; token < VocabularySize; token++)
        {
            all.Advance(ReadBytes(token, all, special: true));
            _starts[token + 1] = all.WrittenCount;
            _isSpecial[token] = ReadBytes(token, all, special: false) == 0;
        }

        return all.WrittenSpan.ToArray();
    }

    private int ReadBytes(int token, ArrayBufferWriter<byte> target, bool special)
    {
        var span = target.GetSpan(256);
        while (true)
        {
            fixed (byte* buffer = span)
            {
                var length = NativeMethods.llama_token_to_piece(_vocab, token, buffer, span.Length, 0, special);
                if (length >= 0)
                    return length;
                span = target.GetSpan(-length);
            }
        }
    }

    // Native code ends the process when it is to put a token around a text and there is none.
    private void CheckEnds()
    {
        var isWordPiece = NativeMethods.llama_vocab_type(_vocab) == NativeMethods.VocabTypeWpm;
        Require(isWordPiece || NativeMethods.llama_vocab_get_add_bos(_vocab), BeginToken, "begins");
        Require(isWordPiece, TokenOrNull(NativeMethods.llama_vocab_sep(_vocab)), "separates");
        Require(NativeMethods.llama_vocab_get_add_eos(_vocab), EndToken, "ends");

        void Require(bool isUsed, int? token, string does)
        {
            if (isUsed && (token is not { } id || id >= VocabularySize))
                throw new RunnerException($"The model's vocabulary asks for a token that {does} texts, and has none.");
        }
    }

    private static int? TokenOrNull(int token) => token == NativeMethods.NoToken ? null : token;
}
