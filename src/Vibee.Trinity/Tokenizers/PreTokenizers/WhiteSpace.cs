namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>A run of white space that a pattern's last alternatives match.</summary>
/// <param name="End">Where the run ends.</param>
/// <param name="LastStart">Where its last character begins.</param>
/// <param name="AfterBreak">Behind its last line break; 0 if it has none.</param>
internal readonly record struct WhiteSpace(int End, int LastStart, int AfterBreak)
{
    public static WhiteSpace At(ReadOnlySpan<byte> text, int start)
    {
        var (at, last, afterBreak) = (start, start, 0);
        while (CodePoints.ClassAt(text, at, out var length) == CodePointClass.Space)
        {
            last = at;
            at += length;
            if (text[last] is (byte)'\r' or (byte)'\n')
                afterBreak = at;
        }
        return new WhiteSpace(at, last, afterBreak);
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: all of it, less the last character if a word follows that can take it.</summary>
    public int EndBeforeWord(ReadOnlySpan<byte> text, int start) =>
        End < text.Length && LastStart > start ? LastStart : End;
}
