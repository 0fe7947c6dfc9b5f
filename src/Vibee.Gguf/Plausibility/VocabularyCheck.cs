using System.Buffers.Text;

namespace Vibee.Gguf.Plausibility;

/// <summary>The tokenizer's lists, against each other. Each check answers null or what is wrong.</summary>
internal sealed class VocabularyCheck(GgufMetadata metadata)
{
    private const string TokensKey = "tokenizer.ggml.tokens";

    /// <summary>The number of the token type "byte".</summary>
    private const int ByteType = 6;

    /// <summary>Ids beyond the vocabulary are found in real files and ignored; ids beyond every vocabulary are damage.</summary>
    private const long LargestId = 1 << 24;

    private static readonly string[] s_models =
    [
        "no_vocab", "none", "llama", "bert", "gpt2", "hybriddna", "whitespace", "t5", "rwkv", "test", "plamo2", "gemma4",
    ];

    private readonly string? _model = metadata.GetString("tokenizer.ggml.model");
    private readonly GgufStringArray? _tokens = metadata.GetStrings(TokensKey);

    /// <summary>Null for a model without a vocabulary of its own.</summary>
    public int? TokenCount => _tokens?.Count;

    public string? FindProblem()
    {
        if (_model is null)
            return "the key tokenizer.ggml.model is missing or no string";
        if (!s_models.Contains(_model))
            return $"unknown tokenizer {GgufException.Quote(_model)}";
        if (_model is "no_vocab" or "none")
            return null;
        if (_tokens is null or { Count: 0 })
            return $"{TokensKey} is missing, empty or no list of strings";
        return List("tokenizer.ggml.scores", GgufValueType.Float32)
            ?? List("tokenizer.ggml.token_type", GgufValueType.Int32)
            ?? Merges()
            ?? SpecialIds()
            ?? Duplicates(_tokens)
            ?? Bytes(_tokens);
    }

    private string? List(string key, GgufValueType type)
    {
        if (!metadata.Contains(key))
            return null;
        var length = metadata.GetArrayLength(key);
        // Scores have been written as integers too.
        if (length is null || (metadata.GetType(key) != type && metadata.GetType(key) != GgufValueType.Int32))
            return $"{key} is no list of numbers";
        return length >= _tokens!.Count ? null : $"{key} has {length} entries for {_tokens.Count} tokens";
    }

    private string? Merges()
    {
        const string key = "tokenizer.ggml.merges";
        if (metadata.Contains(key))
            return metadata.GetStrings(key) is null ? $"{key} is no list of strings" : null;
        // Kimi's tokenizer has the form of byte-pair encoding without its merges.
        return _model is "gpt2" or "gemma4" && metadata.GetString("tokenizer.ggml.pre") != "kimi-k2" ? $"the key {key} is missing" : null;
    }

    private string? SpecialIds()
    {
        foreach (var key in metadata.Keys)
        {
            if (!key.StartsWith("tokenizer.ggml.", StringComparison.Ordinal) || !key.EndsWith("_token_id", StringComparison.Ordinal))
                continue;
            // Absent ids are written as -1, signed or not.
            if (metadata.GetInteger(key) is not { } id || (id is not (-1 or uint.MaxValue) && id is < 0 or > LargestId && id != uint.MaxValue))
                return $"{key} is no token's number";
        }
        return null;
    }

    /// <summary>llama.cpp asserts that no two tokens have the same text. It reads text up to the first NUL, and renames empty ones.</summary>
    private static string? Duplicates(GgufStringArray tokens)
    {
        var seen = new HashSet<int>(tokens.Count, new TextOfToken(tokens));
        for (var i = 0; i < tokens.Count; i++)
        {
            if (Text(tokens, i).Length > 0 && !seen.Add(i))
                return $"two tokens have the same text, {GgufException.Quote(tokens[i])}";
        }
        return null;
    }

    /// <summary>
    /// Text that has no token of its own is spelled in byte tokens. llama.cpp throws an exception out of its C interface,
    /// which ends the process, when the one it needs is missing.
    /// </summary>
    private string? Bytes(GgufStringArray tokens)
    {
        var types = metadata.GetIntegers("tokenizer.ggml.token_type");
        var present = new bool[256];
        for (var i = 0; i < tokens.Count; i++)
        {
            var text = Text(tokens, i);
            if (ByteToken(text) is { } value)
                present[value] = true;
            else if (types?[i] == ByteType && !CanBeByte(text))
                return $"token {i} is marked as a byte, but its text is {GgufException.Quote(tokens[i])}";
            else if (text.Length == 1 && _model == "llama")
                present[text[0]] = true;
        }
        if (_model is not ("llama" or "plamo2"))
            return null;
        for (var i = 0; i < present.Length; i++)
        {
            if (!present[i] && OccursInUtf8(i))
                return $"the vocabulary has no token <0x{i:X2}>, so it cannot spell every text";
        }
        return null;
    }

    /// <summary>llama.cpp takes the third and fourth letter for digits, whatever they are, but they must be there.</summary>
    private bool CanBeByte(ReadOnlySpan<byte> text) => _model switch
    {
        "bert" => false,
        "rwkv" or "plamo2" or "test" => true,
        _ => text.Length >= 3,
    };

    private static bool OccursInUtf8(int value) => value is not (0xC0 or 0xC1 or >= 0xF5);

    /// <summary>The byte that a text like &lt;0x0A&gt; stands for. llama.cpp looks for capital digits only.</summary>
    private static byte? ByteToken(ReadOnlySpan<byte> text) =>
        text is [(byte)'<', (byte)'0', (byte)'x', _, _, (byte)'>']
        && text[3..5].IndexOfAnyInRange((byte)'a', (byte)'f') < 0
        && Utf8Parser.TryParse(text[3..5], out byte value, out var read, 'X')
        && read == 2
            ? value
            : null;

    private static ReadOnlySpan<byte> Text(GgufStringArray tokens, int index)
    {
        var bytes = tokens.GetBytes(index);
        var end = bytes.IndexOf((byte)0);
        return end < 0 ? bytes : bytes[..end];
    }

    private sealed class TextOfToken(GgufStringArray tokens) : IEqualityComparer<int>
    {
        public bool Equals(int a, int b) => Text(tokens, a).SequenceEqual(Text(tokens, b));

        public int GetHashCode(int token)
        {
            var hash = new HashCode();
            hash.AddBytes(Text(tokens, token));
            return hash.ToHashCode();
        }
    }
}
