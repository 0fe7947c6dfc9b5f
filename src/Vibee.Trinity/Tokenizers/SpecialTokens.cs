using System.Collections.Frozen;
using System.Text;
using Vibee.Gguf;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// The tokens with a role. Files name only some of them, so the rest are known by their text. The rules are those of
/// llama.cpp (llama-vocab.cpp): the same file must end its turns at the same tokens on either engine.
/// </summary>
internal sealed class SpecialTokens
{
    private static readonly TokenNames s_ends = new(
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>",
        "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>",
        "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>", "<｜end▁of▁sentence｜>", "[e~[");

    /// <summary>Fill-in-the-middle tokens at which a completion of code ends: padding, the next repository or file.</summary>
    private static readonly (string Key, TokenNames Names)[] s_endsOfFill =
    [
        ("tokenizer.ggml.fim_pad_token_id", new("<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]")),
        ("tokenizer.ggml.fim_rep_token_id", new("<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>")),
        ("tokenizer.ggml.fim_sep_token_id", new("<|file_sep|>")),
    ];

    private static readonly (string Key, TokenNames Names)[] s_fill =
    [
        ("tokenizer.ggml.fim_pre_token_id", new("<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>",
            "<PRE>", "▁<PRE>", "<|code_prefix|>", "<|prefix|>")),
        ("tokenizer.ggml.fim_suf_token_id", new("<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>",
            "<SUF>", "▁<SUF>", "<|code_suffix|>", "<|suffix|>")),
        ("tokenizer.ggml.fim_mid_token_id", new("<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>",
            "<MID>", "▁<MID>", "<|code_middle|>", "<|middle|>")),
    ];

    private static readonly FrozenSet<string> s_names =
        s_fill.Concat(s_endsOfFill).SelectMany(role => role.Names.All).Concat(s_ends.All).ToFrozenSet();

    private readonly GgufMetadata _metadata;
    private readonly Vocabulary _vocabulary;
    private readonly Dictionary<string, int> _named;

    /// <summary>Finds the roles; tokens known by their text become control tokens of <paramref name="vocabulary"/>.</summary>
    /// <param name="begin">The roles' tokens where the file names none, as its kind of tokenizer has them.</param>
    public SpecialTokens(GgufMetadata metadata, Vocabulary vocabulary, int? begin = null, int? end = null, int? unknown = null)
    {
        _metadata = metadata;
        _vocabulary = vocabulary;
        _named = TokensNamed(vocabulary);
        Begin = Token(TokenizerKeys.Begin) ?? Existing(begin);
        End = Token(TokenizerKeys.End) ?? Existing(end);
        Unknown = Token(TokenizerKeys.Unknown) ?? Existing(unknown);
        EndOfGeneration = FindEnds();
        foreach (var (key, names) in s_fill)
            Find(key, names);
        SetStripping();
    }

    public int? Begin { get; }

    public int? End { get; }

    public int? Unknown { get; }

    public IReadOnlySet<int> EndOfGeneration { get; }

    /// <summary>The token that the file names under <paramref name="key"/>; none if it is outside the vocabulary.</summary>
    public int? Token(string key) =>
        _metadata.GetInteger(key) is { } token && token >= 0 && token < _vocabulary.Count ? (int)token : null;

    private int? Existing(int? token) => token < _vocabulary.Count ? token : null;

    private HashSet<int> FindEnds()
    {
        var ends = new HashSet<int>();
        foreach (var (key, names) in s_endsOfFill)
        {
            if (Find(key, names) is { } token)
                ends.Add(token);
        }

        foreach (var name in s_ends.All)
        {
            if (!_named.TryGetValue(name, out var token))
                continue;
            ends.Add(token);
            _vocabulary.Attributes[token] |= TokenAttributes.Control;
        }

        int?[] roles = [End, Token(TokenizerKeys.EndOfTurn), Token(TokenizerKeys.EndOfMessage)];
        ends.UnionWith(roles.OfType<int>());

        // Where a call or a return ends the turn, <|end|> only ends one of its messages.
        if (Has("<|call|>", "<|calls|>") && Has("<|return|>", "<|flush|>"))
            Demote("<|end|>", TokenAttributes.UserDefined);
        // Such vocabularies keep </s> as a piece of markup.
        if (Has("<|tool_response>"))
            Demote("</s>", TokenAttributes.Normal);
        return ends;

        bool Has(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (_named.TryGetValue(name, out var token) && ends.Contains(token))
                    return true;
            }
            return false;
        }

        void Demote(string name, TokenAttributes attributes)
        {
            if (_named.TryGetValue(name, out var token) && ends.Remove(token))
                _vocabulary.Attributes[token] = attributes;
        }
    }

    /// <summary>By the file's word, else by name.</summary>
    private int? Find(string key, TokenNames names)
    {
        if (Token(key) is { } token)
            return token;
        foreach (var name in names.All)
        {
            if (!_named.TryGetValue(name, out var named))
                continue;
            _vocabulary.Attributes[named] |= TokenAttributes.Control;
            return named;
        }
        return null;
    }

    /// <summary>No file says which tokens swallow white space; like llama.cpp, go by the model's name.</summary>
    private void SetStripping()
    {
        var name = _metadata.GetString(TokenizerKeys.ModelName) ?? "";
        if (!name.Contains("phi-3", StringComparison.OrdinalIgnoreCase) && !name.Contains("phi3", StringComparison.OrdinalIgnoreCase))
            return;
        for (var token = 0; token < _vocabulary.Count; token++)
        {
            if (!_vocabulary.Is(token, TokenAttributes.Special))
                continue;
            var text = _vocabulary.Texts[token];
            if (!text.SequenceEqual("<unk>"u8) && !text.SequenceEqual("<s>"u8) && !text.SequenceEqual("<|endoftext|>"u8))
                _vocabulary.Attributes[token] |= TokenAttributes.StripsRight;
        }
    }

    private static Dictionary<string, int> TokensNamed(Vocabulary vocabulary)
    {
        var named = new Dictionary<string, int>();
        var longest = s_names.Max(Encoding.UTF8.GetByteCount);
        for (var token = 0; token < vocabulary.Count; token++)
        {
            var text = vocabulary.Texts[token];
            // Every name begins with one of these: few of 150,000 tokens need to become strings.
            if (text.Length <= longest && text[0] is (byte)'<' or (byte)'[' or (byte)'_' or 0xE2
                && Encoding.UTF8.GetString(text) is var name && s_names.Contains(name))
                named.TryAdd(name, token);
        }
        return named;
    }

    private sealed record TokenNames(params string[] All);
}
