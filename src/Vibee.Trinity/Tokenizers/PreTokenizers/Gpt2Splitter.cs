namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>
/// GPT-2's pattern (encoder.py of its repository):
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>
/// </summary>
internal sealed class Gpt2Splitter : MatchSplitter
{
    private const CodePointClass Others = ~(CodePointClass.Letter | CodePointClass.Number | CodePointClass.Space);

    protected override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        var contraction = Contractions.Length(text, at, ignoreCase: false);
        if (contraction > 0)
            return at + contraction;

        var word = text[at] == ' ' ? at + 1 : at;
        return CodePoints.ClassAt(text, word, out _) switch
        {
            CodePointClass.Letter => CodePoints.RunEnd(text, word, CodePointClass.Letter),
            CodePointClass.Number => CodePoints.RunEnd(text, word, CodePointClass.Number),
            CodePointClass.Space or CodePointClass.None => WhiteSpace.At(text, at).EndBeforeWord(text, at),
            _ => CodePoints.RunEnd(text, word, Others),
        };
    }
}
