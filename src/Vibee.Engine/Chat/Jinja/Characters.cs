namespace Vibee.Engine.Chat.Jinja;

/// <summary>Python's classes of characters where .NET's differ.</summary>
internal static class Characters
{
    /// <summary>Python also counts the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static bool IsNameStart(char c) => c == '_' || char.IsLetter(c);

    public static bool IsNamePart(char c) => c == '_' || char.IsLetterOrDigit(c);

    /// <summary>Where str.splitlines splits.</summary>
    public static bool IsLineEnd(char c) =>
        c is '\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028' or '\u2029';

    public static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start]))
            start++;
        return text[start..];
    }

    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
            end--;
        return text[..end];
    }
}
