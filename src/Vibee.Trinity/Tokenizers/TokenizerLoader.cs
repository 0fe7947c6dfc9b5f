using System.Diagnostics.CodeAnalysis;
using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Trinity.Tokenizers.PreTokenizers;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// Builds a model's tokenizer from its file: SentencePiece, byte-level BPE, WordPiece, or that of generated test models.
/// </summary>
public static class TokenizerLoader
{
    /// <param name="metadata">Read during the call only; the tokenizer keeps copies.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="refusal">Otherwise why there is none: the key that stands in the way and its value.</param>
    public static bool TryLoad(
        GgufMetadata metadata, [NotNullWhen(true)] out ITokenizer? tokenizer, [NotNullWhen(false)] out string? refusal)
    {
        if (TryRead(metadata, out var read, out refusal))
        {
            tokenizer = read;
            return true;
        }

        tokenizer = null;
        return false;
    }

    internal static bool TryRead(
        GgufMetadata metadata, [NotNullWhen(true)] out ModelTokenizer? tokenizer, [NotNullWhen(false)] out string? refusal)
    {
        tokenizer = null;
        if (metadata.GetString(TokenizerKeys.Model) is not { } model)
        {
            refusal = $"{TokenizerKeys.Model} is absent: the file has no tokenizer";
            return false;
        }

        if (!Vocabulary.TryRead(metadata, out var vocabulary, out refusal))
            return false;

        tokenizer = model switch
        {
            "llama" => SentencePiece(metadata, vocabulary),
            "gpt2" => BytePair(metadata, vocabulary, out refusal),
            "bert" => WordPiece(metadata, vocabulary, out refusal),
            "test" => new ModelTokenizer(
                vocabulary, new SpecialTokens(metadata, vocabulary), new TestEncoder(vocabulary.Count), null, null),
            _ => null,
        };
        if (tokenizer != null)
            return true;
        refusal ??= $"{TokenizerKeys.Model} is {Quotation.Of(model)}, a kind of tokenizer that is not supported";
        return false;
    }

    private static ModelTokenizer SentencePiece(GgufMetadata metadata, Vocabulary vocabulary)
    {
        var special = new SpecialTokens(metadata, vocabulary, begin: 1, end: 2, unknown: 0);
        var encoder = new SentencePieceEncoder(
            vocabulary, special.Unknown, addSpacePrefix: metadata.GetBool(TokenizerKeys.AddSpacePrefix) ?? true);
        return WithEnds(metadata, vocabulary, special, encoder, addBegin: true);
    }

    private static ModelTokenizer? BytePair(GgufMetadata metadata, Vocabulary vocabulary, out string? refusal)
    {
        refusal = null;
        var name = metadata.GetString(TokenizerKeys.PreTokenizer) ?? PreTokenizerCatalog.Default;
        if (PreTokenizerCatalog.Find(name) is not { } preTokenizer)
            refusal = $"{TokenizerKeys.PreTokenizer} is {Quotation.Of(name)}, a pre-tokenizer that is not supported";
        else if (metadata.GetStrings(TokenizerKeys.Merges) is not { } merges)
            refusal = $"{TokenizerKeys.Merges} is absent";
        else
            return WithEnds(
                metadata, vocabulary, new SpecialTokens(metadata, vocabulary),
                new BytePairEncoder(vocabulary, merges, preTokenizer), preTokenizer.AddsBegin);
        return null;
    }

    private static ModelTokenizer? WordPiece(GgufMetadata metadata, Vocabulary vocabulary, out string? refusal)
    {
        refusal = null;
        var special = new SpecialTokens(metadata, vocabulary, begin: 101, unknown: 100);
        if (special.Unknown is not { } unknown)
        {
            refusal = $"{TokenizerKeys.Unknown} is absent, and token 100 beyond the vocabulary";
            return null;
        }

        var lowercase = metadata.GetBool(TokenizerKeys.Lowercase) ?? true;
        var normalizer = new BertNormalizer(lowercase, metadata.GetBool(TokenizerKeys.StripAccents) ?? lowercase);
        var separator = special.Token(TokenizerKeys.Separator) ?? (vocabulary.Count > 102 ? 102 : null);
        return new ModelTokenizer(
            vocabulary, special, new WordPieceEncoder(vocabulary, normalizer, unknown), special.Begin, separator);
    }

    private static ModelTokenizer WithEnds(
        GgufMetadata metadata, Vocabulary vocabulary, SpecialTokens special, TextEncoder encoder, bool addBegin)
    {
        var prefix = metadata.GetBool(TokenizerKeys.AddBegin) ?? addBegin ? special.Begin : null;
        var suffix = metadata.GetBool(TokenizerKeys.AddEnd) ?? false ? special.End : null;
        return new ModelTokenizer(vocabulary, special, encoder, prefix, suffix);
    }
}
