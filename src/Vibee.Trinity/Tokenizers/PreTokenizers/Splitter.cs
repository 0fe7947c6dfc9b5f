namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>
/// Cuts a text into words by one regular expression: its matches, and what lies between them. Written by hand, because
/// a backtracking engine takes quadratic time on texts made for it, and much longer on ordinary ones.
/// </summary>
internal abstract class Splitter
{
    /// <summary>Adds the end of each word of <paramref name="text"/>, counted from <paramref name="origin"/>.</summary>
    public abstract void Split(ReadOnlySpan<byte> text, int origin, List<int> ends);
}
