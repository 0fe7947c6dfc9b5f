using System.Globalization;
using System.Text;

namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>Characters of UTF-8 texts and their classes. Bytes that are not UTF-8 read as U+FFFD, one at a time.</summary>
internal static class CodePoints
{
    private const int Plane = 0x10000;

    /// <summary>One byte for each character of the basic plane: a look-up instead of a search for nearly all text.</summary>
    private static readonly CodePointClass[] s_basic = [.. Enumerable.Range(0, Plane).Select(Classify)];

    public static CodePointClass ClassOf(int codePoint) =>
        codePoint < Plane ? s_basic[codePoint] : Classify(codePoint);

    /// <returns><see cref="CodePointClass.None"/>, of length 0, at the end of the text.</returns>
    public static CodePointClass ClassAt(ReadOnlySpan<byte> text, int at, out int length)
    {
        if (at < text.Length)
            return ClassOf(Decode(text, at, out length));
        length = 0;
        return CodePointClass.None;
    }

    public static int Decode(ReadOnlySpan<byte> text, int at, out int length)
    {
        length = 1;
        if (text[at] < 0x80)
            return text[at];
        Rune.DecodeFromUtf8(text[at..], out var rune, out length);
        return rune.Value;
    }

    /// <summary>Where a run of characters of <paramref name="classes"/> that begins at <paramref name="at"/> ends.</summary>
    public static int RunEnd(ReadOnlySpan<byte> text, int at, CodePointClass classes)
    {
        while ((ClassAt(text, at, out var length) & classes) != 0)
            at += length;
        return at;
    }

    /// <summary>Marks that take no width of their own (general category Mn).</summary>
    public static bool IsAccent(int codePoint) =>
        CharUnicodeInfo.GetUnicodeCategory(codePoint) == UnicodeCategory.NonSpacingMark;

    private static CodePointClass Classify(int codePoint)
    {
        if (codePoint < Plane && char.IsWhiteSpace((char)codePoint))
            return CodePointClass.Space;
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            <= UnicodeCategory.OtherLetter => CodePointClass.Letter,
            <= UnicodeCategory.EnclosingMark => CodePointClass.Mark,
            <= UnicodeCategory.OtherNumber => CodePointClass.Number,
            <= UnicodeCategory.ParagraphSeparator => CodePointClass.Space,
            <= UnicodeCategory.PrivateUse => CodePointClass.Control,
            <= UnicodeCategory.OtherPunctuation => CodePointClass.Punctuation,
            <= UnicodeCategory.OtherSymbol => CodePointClass.Symbol,
            _ => CodePointClass.Unassigned,
        };
    }
}
