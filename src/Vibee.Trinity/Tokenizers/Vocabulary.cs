using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Vibee.Gguf;

namespace Vibee.Trinity.Tokenizers;

/// <summary>The tokens as the file has them: texts, kinds and scores.</summary>
internal sealed class Vocabulary
{
    private Vocabulary(ByteStrings texts, TokenAttributes[] attributes, float[] scores)
    {
        Texts = texts;
        Attributes = attributes;
        Scores = scores;
    }

    public int Count => Texts.Count;

    /// <summary>As spelled in the file: ▁ for a space, GPT-2's letters for bytes.</summary>
    public ByteStrings Texts { get; }

    public TokenAttributes[] Attributes { get; }

    public float[] Scores { get; }

    public long Bytes => Texts.Bytes + (long)Unsafe.SizeOf<TokenAttributes>() * Attributes.Length + (long)sizeof(float) * Scores.Length;

    public bool Is(int token, TokenAttributes any) => (Attributes[token] & any) != 0;

    /// <summary>Refuses lists that are absent or do not fit each other.</summary>
    public static bool TryRead(
        GgufMetadata metadata, [NotNullWhen(true)] out Vocabulary? vocabulary, [NotNullWhen(false)] out string? refusal)
    {
        vocabulary = null;
        if (metadata.GetStrings(TokenizerKeys.Tokens) is not { Count: > 0 } tokens)
        {
            refusal = $"{TokenizerKeys.Tokens} is absent or empty";
            return false;
        }

        var types = metadata.GetIntegers(TokenizerKeys.TokenTypes);
        var scores = metadata.GetNumbers(TokenizerKeys.Scores);
        refusal = Misfit(TokenizerKeys.TokenTypes, types?.Count, tokens.Count)
            ?? Misfit(TokenizerKeys.Scores, scores?.Count, tokens.Count);
        if (refusal != null)
            return false;

        var texts = new ByteStrings(tokens.Count);
        var attributes = new TokenAttributes[tokens.Count];
        var scoreOf = new float[tokens.Count];
        for (var token = 0; token < tokens.Count; token++)
        {
            var text = tokens.GetBytes(token);
            // An empty text would match everywhere.
            texts.Add(text.IsEmpty ? Encoding.UTF8.GetBytes($"[EMPTY_{token}]") : text);
            attributes[token] = types == null ? TokenAttributes.Normal : AttributesOf(types[token]);
            scoreOf[token] = scores == null ? 0 : (float)scores[token];
        }

        vocabulary = new Vocabulary(texts, attributes, scoreOf);
        return true;
    }

    private static string? Misfit(string key, int? count, int tokens) =>
        count < tokens ? $"{key} has {count} entries for {tokens} tokens" : null;

    /// <summary>SentencePiece's piece types, which GGUF stores for every kind of vocabulary.</summary>
    private static TokenAttributes AttributesOf(long type) => type switch
    {
        1 => TokenAttributes.Normal,
        2 => TokenAttributes.Unknown,
        3 => TokenAttributes.Control,
        4 => TokenAttributes.UserDefined,
        5 => TokenAttributes.Unused,
        6 => TokenAttributes.Byte,
        _ => TokenAttributes.None,
    };
}
