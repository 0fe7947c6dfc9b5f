namespace Vibee.Engine;

/// <summary>
/// Text to token ids and back, as one model defines it. Every member may be called from any thread at any time.
/// </summary>
public interface ITokenizer
{
    /// <summary>Token ids run from 0 to this number − 1, and every forward pass yields as many logits.</summary>
    int VocabularySize { get; }

    /// <summary>The token that starts a text, where the model has one.</summary>
    int? BeginToken { get; }

    /// <summary>The token that ends a text, where the model has one.</summary>
    int? EndToken { get; }

    /// <summary>
    /// Encodes <paramref name="text"/>.
    /// </summary>
    /// <param name="text">Any text. Lone surrogates are read as U+FFFD.</param>
    /// <param name="addSpecial">Adds the begin and end tokens where the model's rules ask for them.</param>
    /// <param name="parseSpecial">Reads the text of special tokens (<c>&lt;|im_start|&gt;</c>) as those tokens; off,
    /// they are ordinary characters. Needed for rendered chat templates, wrong for what a user typed.</param>
    int[] Encode(string text, bool addSpecial, bool parseSpecial);

    /// <summary>
    /// Whether <paramref name="text"/> has more than <paramref name="tokens"/> tokens, as far as that is known without
    /// encoding it; false where it is not.
    /// </summary>
    bool IsLongerThan(string text, int tokens) => false;

    /// <summary>
    /// The bytes that <paramref name="token"/> adds to the text: perhaps part of a UTF-8 sequence, perhaps none.
    /// Control tokens (begin, end, turn markers) have none unless <paramref name="renderSpecial"/> is set.
    /// The memory is the tokenizer's and constant.
    /// </summary>
    ReadOnlySpan<byte> Bytes(int token, bool renderSpecial = false);

    /// <summary>The tokens with which the model ends its turn: end of text, end of turn, end of message.</summary>
    IReadOnlySet<int> EndOfGenerationTokens { get; }
}
