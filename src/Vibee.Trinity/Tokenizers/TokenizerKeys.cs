namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// The metadata keys of a tokenizer, as
/// <see href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">the GGUF specification</see> and llama.cpp's
/// converters write them.
/// </summary>
internal static class TokenizerKeys
{
    public const string Model = "tokenizer.ggml.model";
    public const string PreTokenizer = "tokenizer.ggml.pre";
    public const string Tokens = "tokenizer.ggml.tokens";
    public const string TokenTypes = "tokenizer.ggml.token_type";
    public const string Scores = "tokenizer.ggml.scores";
    public const string Merges = "tokenizer.ggml.merges";

    public const string Begin = "tokenizer.ggml.bos_token_id";
    public const string End = "tokenizer.ggml.eos_token_id";
    public const string EndOfTurn = "tokenizer.ggml.eot_token_id";
    public const string EndOfMessage = "tokenizer.ggml.eom_token_id";
    public const string Unknown = "tokenizer.ggml.unknown_token_id";

    /// <summary>Spelled so in every file.</summary>
    public const string Separator = "tokenizer.ggml.seperator_token_id";

    public const string AddBegin = "tokenizer.ggml.add_bos_token";
    public const string AddEnd = "tokenizer.ggml.add_eos_token";
    public const string AddSpacePrefix = "tokenizer.ggml.add_space_prefix";
    public const string Lowercase = "tokenizer.ggml.normalizer.lowercase";
    public const string StripAccents = "tokenizer.ggml.normalizer.strip_accents";

    public const string ModelName = "general.name";
}
