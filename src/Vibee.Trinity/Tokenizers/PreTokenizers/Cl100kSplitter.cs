namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>
/// The pattern of OpenAI's cl100k_base (tiktoken), which Llama 3 uses with numbers of at most three digits and Qwen 2
/// with single digits:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// </summary>
/// <param name="digits">The longest number.</param>
/// <param name="letters">What counts as a letter: Qwen 3.5 adds marks.</param>
/// <param name="endings">Whether English endings are cut off: not from Turkish, which writes its own behind apostrophes.</param>
/// <param name="takesBreaks">Whether line breaks belong to the signs before them.</param>
internal sealed class Cl100kSplitter(
    int digits, CodePointClass letters = CodePointClass.Letter, bool endings = true, bool takesBreaks = true) : MatchSplitter
{
    private readonly CodePointClass _others = ~(letters | CodePointClass.Number | CodePointClass.Space);

    protected override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        var contraction = endings ? Contractions.Length(text, at, ignoreCase: true) : 0;
        if (contraction > 0)
            return at + contraction;

        var first = CodePoints.ClassAt(text, at, out var length);
        if (first == CodePointClass.Number)
            return NumberEnd(text, at);
        if ((first & letters) != 0)
            return CodePoints.RunEnd(text, at, letters);
        if (text[at] is not ((byte)'\r' or (byte)'\n') && (CodePoints.ClassAt(text, at + length, out _) & letters) != 0)
            return CodePoints.RunEnd(text, at + length, letters);

        var word = text[at] == ' ' ? at + 1 : at;
        var end = CodePoints.RunEnd(text, word, _others);
        if (end > word)
            return takesBreaks ? BreaksEnd(text, end) : end;

        var space = WhiteSpace.At(text, at);
        return space.AfterBreak > 0 ? space.AfterBreak : space.EndBeforeWord(text, at);
    }

    private int NumberEnd(ReadOnlySpan<byte> text, int at)
    {
        for (var count = 0; count < digits && CodePoints.ClassAt(text, at, out var length) == CodePointClass.Number; count++)
            at += length;
        return at;
    }

    private static int BreaksEnd(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is (byte)'\r' or (byte)'\n')
            at++;
        return at;
    }
}
