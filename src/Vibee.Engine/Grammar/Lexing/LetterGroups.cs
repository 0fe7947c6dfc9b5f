namespace Vibee.Engine.Grammar.Lexing;

/// <summary>
/// Characters in 63 groups, so that a set of them is one word: coarse where expressions rarely tell them apart. Group 63
/// is what is no character at all.
/// </summary>
internal static class LetterGroups
{
    public const ulong Never = 1UL << 63;

    /// <summary>All groups of ASCII.</summary>
    public const ulong Ascii = (1UL << 40) - 1;

    /// <summary>What stands for itself in a JSON string.</summary>
    public static ulong Literal => ~(Never | Of('\n') | Of('\x7f') | Of('"') | Of('\\'));

    /// <summary>Where the groups beyond ASCII begin. Spaces that <c>\s</c> knows are kept from their neighbours.</summary>
    private static readonly int[] Wide =
    [
        0x80, 0xA0, 0xA1, 0x250, 0x370, 0x400, 0x530, 0x600, 0x700, 0x900, 0xE00, 0x1100, 0x1680, 0x1E00, 0x2000, 0x2070,
        0x3000, 0x3001, 0x3040, 0x4E00, 0xAC00, 0xE000, 0x10000,
    ];

    private static readonly ulong[] OfAscii = MakeAscii();

    public static ulong Of(int letter)
    {
        if (letter < 0x80)
            return OfAscii[letter];
        var at = Array.BinarySearch(Wide, letter);
        return Bit(at >= 0 ? at : ~at - 1);
    }

    /// <summary>The groups beyond ASCII that lie in a range as a whole.</summary>
    public static ulong Within(int low, int high)
    {
        var groups = 0UL;
        for (var at = 0; at < Wide.Length && high >= 0x80; at++)
        {
            var end = at + 1 == Wide.Length ? 0x10FFFF : Wide[at + 1] == 0xE000 ? 0xD7FF : Wide[at + 1] - 1;
            if (Wide[at] >= low && end <= high)
                groups |= Bit(at);
        }
        return groups;
    }

    /// <summary>The groups that have a character of a range.</summary>
    public static ulong Touching(int low, int high)
    {
        var groups = 0UL;
        for (var letter = low; letter <= high && letter < 0x80 && groups != Ascii; letter++)
            groups |= OfAscii[letter];
        for (var at = 0; at < Wide.Length && high >= 0x80; at++)
        {
            if (Wide[at] <= high && (at + 1 == Wide.Length || Wide[at + 1] > low))
                groups |= Bit(at);
        }
        return groups;
    }

    private static ulong Bit(int wide) => 1UL << (63 - Wide.Length + wide);

    private static ulong[] MakeAscii()
    {
        var groups = new ulong[0x80];
        var single = 7;
        for (var letter = 0; letter < 0x80; letter++)
        {
            groups[letter] = 1UL << ((char)letter switch
            {
                '\t' or '\n' or '\r' => 0,
                < ' ' or '\x7f' => 1,
                >= '0' and <= '9' => 2,
                >= 'a' and <= 'f' => 3,
                >= 'g' and <= 'z' => 4,
                >= 'A' and <= 'F' => 5,
                >= 'G' and <= 'Z' => 6,
                _ => single++,
            });
        }
        return groups;
    }
}
