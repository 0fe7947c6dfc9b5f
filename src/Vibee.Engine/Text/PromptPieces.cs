namespace Vibee.Engine.Text;

/// <summary>Says which characters of a prompt each of its tokens stands for.</summary>
public static class PromptPieces
{
    /// <summary>Divides <paramref name="text"/> among <paramref name="tokens"/>. The pieces together are the text,
    /// whatever the tokenizer did to it: a token that added nothing to it, such as a begin token, has an empty piece,
    /// and what cannot be assigned goes to the last token.</summary>
    /// <param name="text">The prompt.</param>
    /// <param name="tokens">What it was made into, or what it was made of.</param>
    /// <param name="tokenizer">The model's.</param>
    public static ReadOnlyMemory<char>[] Split(string text, ReadOnlySpan<int> tokens, ITokenizer tokenizer)
    {
        var pieces = new ReadOnlyMemory<char>[tokens.Length];
        var detokenizer = new Detokenizer();
        var rest = text.AsMemory();
        for (var i = 0; i < tokens.Length; i++)
        {
            var bytes = tokenizer.Bytes(tokens[i]);
            var spelled = detokenizer.Append(bytes.IsEmpty ? tokenizer.Bytes(tokens[i], renderSpecial: true) : bytes);
            var length = i == tokens.Length - 1 ? rest.Length : LengthOf(spelled, rest.Span);
            (pieces[i], rest) = (rest[..length], rest[length..]);
        }

        return pieces;
    }

    // Many tokenizers put a space before the first word.
    private static int LengthOf(ReadOnlySpan<char> spelled, ReadOnlySpan<char> rest) =>
        rest.StartsWith(spelled) ? spelled.Length
        : spelled is [' ', .. var word] && rest.StartsWith(word) ? word.Length
        : 0;
}
