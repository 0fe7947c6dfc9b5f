using System.Globalization;

namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>
/// The pattern of OpenAI's o200k_base (tiktoken), which Llama 4 uses as it is and Mistral's Tekken with single digits and
/// without the English endings. With U = <c>\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}</c> and L = <c>\p{Ll}\p{Lm}\p{Lo}\p{M}</c>:
/// <c>[^\r\n\p{L}\p{N}]?[U]*[L]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[U]+[L]*(?i:…)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// </summary>
/// <param name="digits">The longest number.</param>
/// <param name="endings">Whether English endings belong to the word before them.</param>
internal sealed class O200kSplitter(int digits, bool endings) : MatchSplitter
{
    private const CodePointClass WordClasses = CodePointClass.Letter | CodePointClass.Mark;
    private const CodePointClass Others = ~(CodePointClass.Letter | CodePointClass.Number | CodePointClass.Space);

    private static readonly Lazy<CodePointSet> s_upper = new(() => new CodePointSet(
        codePoint => IsWord(codePoint) && Category(codePoint) != UnicodeCategory.LowercaseLetter));

    private static readonly Lazy<CodePointSet> s_lower = new(() => new CodePointSet(
        codePoint => IsWord(codePoint) && Category(codePoint) is not (UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter)));

    private readonly CodePointSet _upper = s_upper.Value;
    private readonly CodePointSet _lower = s_lower.Value;

    protected override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        var first = CodePoints.ClassAt(text, at, out var length);
        var takesFirst = (first & (CodePointClass.Letter | CodePointClass.Number)) == 0 && text[at] is not ((byte)'\r' or (byte)'\n');
        var end = WordEnd(text, at, takesFirst ? at + length : at);
        if (end > at)
            return endings && end < text.Length ? end + Contractions.Length(text, end, ignoreCase: true) : end;
        if (first == CodePointClass.Number)
            return NumberEnd(text, at);

        var word = text[at] == ' ' ? at + 1 : at;
        end = CodePoints.RunEnd(text, word, Others);
        if (end > word)
            return BreaksEnd(text, end);
        var space = WhiteSpace.At(text, at);
        return space.AfterBreak > 0 ? space.AfterBreak : space.EndBeforeWord(text, at);
    }

    /// <summary>The end of a word at <paramref name="at"/> whose letters begin behind a character of another kind, or not;
    /// <paramref name="at"/> if there is none.</summary>
    private int WordEnd(ReadOnlySpan<byte> text, int at, int letters)
    {
        var end = LowerEnd(text, letters, out var upperEnd);
        if (end > letters)
            return end;
        // A mark may be that other character, or a letter.
        end = LowerEnd(text, at, out _);
        if (end > at)
            return end;
        return upperEnd > letters ? upperEnd : at;
    }

    /// <summary><c>[U]*[L]+</c>, with what a backtracking engine would find: where no lower case follows, the last letter
    /// that counts as both ends the word.</summary>
    /// <returns><paramref name="start"/> if nothing matches.</returns>
    private int LowerEnd(ReadOnlySpan<byte> text, int start, out int upperEnd)
    {
        var (at, afterBoth) = (start, start);
        while (at < text.Length && CodePoints.Decode(text, at, out var length) is var letter && _upper.Contains(letter))
        {
            at += length;
            if (_lower.Contains(letter))
                afterBoth = at;
        }

        upperEnd = at;
        var end = at;
        while (end < text.Length && CodePoints.Decode(text, end, out var length) is var letter && _lower.Contains(letter))
            end += length;
        return end > at ? end : afterBoth;
    }

    private int NumberEnd(ReadOnlySpan<byte> text, int at)
    {
        for (var count = 0; count < digits && CodePoints.ClassAt(text, at, out var length) == CodePointClass.Number; count++)
            at += length;
        return at;
    }

    private static int BreaksEnd(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] is (byte)'\r' or (byte)'\n' or (byte)'/')
            at++;
        return at;
    }

    private static bool IsWord(int codePoint) => (CodePoints.ClassOf(codePoint) & WordClasses) != 0;

    private static UnicodeCategory Category(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint);
}
