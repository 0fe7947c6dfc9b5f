namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>
/// The last pattern of DeepSeek V3's tokenizer.json:
/// <c>[!"#$%&amp;'()*+,\-./:;&lt;=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// </summary>
internal sealed class DeepSeek3Splitter : MatchSplitter
{
    private const CodePointClass Letters = CodePointClass.Letter | CodePointClass.Mark;
    private const CodePointClass Signs = CodePointClass.Punctuation | CodePointClass.Symbol;

    protected override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        var first = CodePoints.ClassAt(text, at, out var length);
        if (text[at] < 0x80 && (first & Signs) != 0 && at + 1 < text.Length && char.IsAsciiLetter((char)text[at + 1]))
            return LatinEnd(text, at + 1);
        if ((first & Letters) != 0)
            return CodePoints.RunEnd(text, at, Letters);
        if ((first & Signs) == 0 && text[at] is not ((byte)'\r' or (byte)'\n') && (CodePoints.ClassAt(text, at + length, out _) & Letters) != 0)
            return CodePoints.RunEnd(text, at + length, Letters);

        var sign = text[at] == ' ' ? at + 1 : at;
        var end = CodePoints.RunEnd(text, sign, Signs);
        if (end > sign)
        {
            while (end < text.Length && text[end] is (byte)'\r' or (byte)'\n')
                end++;
            return end;
        }

        if (first != CodePointClass.Space)
            return at;
        var space = WhiteSpace.At(text, at);
        return space.AfterBreak > 0 ? space.AfterBreak : space.EndBeforeWord(text, at);
    }

    private static int LatinEnd(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && char.IsAsciiLetter((char)text[at]))
            at++;
        return at;
    }
}
