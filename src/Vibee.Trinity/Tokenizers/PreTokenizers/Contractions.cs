namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>The English endings 's, 't, 'm, 'd, 're, 've and 'll.</summary>
internal static class Contractions
{
    /// <returns>The bytes of the ending that begins at <paramref name="at"/>, 0 if none does.</returns>
    public static int Length(ReadOnlySpan<byte> text, int at, bool ignoreCase)
    {
        if (text[at] != '\'' || at + 1 >= text.Length)
            return 0;
        var first = Lower(text[at + 1]);
        if (first is 's' or 't' or 'm' or 'd')
            return 2;
        if (at + 2 >= text.Length)
            return 0;
        return (first, Lower(text[at + 2])) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;

        char Lower(byte value) => (char)(ignoreCase && value is >= (byte)'A' and <= (byte)'Z' ? value + 32 : value);
    }
}
