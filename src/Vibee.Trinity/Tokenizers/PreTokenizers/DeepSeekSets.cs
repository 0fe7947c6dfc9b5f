using System.Globalization;

namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>The character sets in the pre-tokenizer of DeepSeek's tokenizer.json.</summary>
internal static class DeepSeekSets
{
    public static CodePointSet LineBreaks { get; } = new(codePoint => codePoint is '\r' or '\n');

    /// <summary>
    /// Listed there one by one: the letters that have case, of the blocks that the authors' version of Unicode had them
    /// in (Latin, Greek, Cyrillic, Cherokee and the rest of what follows).
    /// </summary>
    public static CodePointSet CasedLetters { get; } = new(codePoint =>
        CharUnicodeInfo.GetUnicodeCategory(codePoint)
            is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        && codePoint is >= 'A' and <= 0x556 or >= 0x10A0 and <= 0x10C5 or >= 0x13A0 and <= 0x13FD
            or >= 0x1C90 and <= 0x1CBF or >= 0x1D00 and <= 0x2184 or >= 0x2C00 and <= 0x2CF3 or >= 0xA640 and <= 0xA78E
            or >= 0xAB70 and <= 0xABBF or >= 0xFB00 and <= 0xFB17 or >= 0xFF21 and <= 0xFF5A
            or >= 0x10400 and <= 0x104FB or >= 0x10C80 and <= 0x10CF2 or >= 0x118A0 and <= 0x118DF
            or >= 0x1E900 and <= 0x1E943);

    public static CodePointSet Punctuation { get; } = new(codePoint =>
        codePoint is >= '!' and <= '/' or >= ':' and <= '~' or >= 0xFF01 and <= 0xFF0F or >= 0xFF1A and <= 0xFF5E
            or >= 0x2018 and <= 0x201F or >= 0x3000 and <= 0x3002);

    /// <summary>Of version 3: Chinese, Hiragana and Katakana.</summary>
    public static CodePointSet ChineseAndKana { get; } = new(codePoint => codePoint is >= 0x4E00 and <= 0x9FA5 or >= 0x3040 and <= 0x30FF);

    /// <summary>Chinese, and with it most of the scripts of Asia: the list there runs from U+0800.</summary>
    public static CodePointSet Ideographs { get; } = new(codePoint =>
        codePoint is >= 0x800 and <= 0x9FA5 or >= 0xAC00 and <= 0xD7FF);
}
