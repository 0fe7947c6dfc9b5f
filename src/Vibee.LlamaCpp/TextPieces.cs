namespace Vibee.LlamaCpp;

/// <summary>
/// Cuts text that would overflow the stack of llama.cpp's tokenizer. Byte-pair vocabularies first split text by a
/// regular expression, and std::regex calls itself for each character of a match: 4,000 letters in a row are survived
/// on a 1.5 MB stack, 5,000 end the process. Ordinary text has a space or a line break long before that.
/// </summary>
internal sealed class TextPieces
{
    /// <summary>The longest run, of whitespace or of anything else, in UTF-16 units.</summary>
    internal const int LongestRun = 1000;

    private readonly string[] _whole; // texts of tokens that are found before the expression is applied
    private readonly int _longestWhole;

    /// <param name="whole">Texts that must not be cut: special tokens.</param>
    public TextPieces(IEnumerable<string> whole)
    {
        _whole = [.. whole.Where(text => text.Length > 1)];
        _longestWhole = _whole.Length == 0 ? 0 : _whole.Max(text => text.Length);
    }

    /// <summary>The length of the first piece of <paramref name="text"/>; all of it, as a rule.</summary>
    /// <remarks>A cut after a letter and before punctuation is harmless, since there every expression splits; one in
    /// the middle of a thousand letters makes them other tokens than llama-server does.</remarks>
    public int First(ReadOnlySpan<char> text)
    {
        if (text.Length <= LongestRun)
            return text.Length;
        var start = 0; // of the run
        var harmless = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsWhiteSpace(text[i]) != char.IsWhiteSpace(text[i - 1]))
                start = harmless = i;
            else if (char.IsLetter(text[i - 1]) && char.IsPunctuation(text[i]) && MayCut(text, i))
                harmless = i;
            if (i - start >= LongestRun)
                return harmless > start ? harmless : NextCut(text, i);
        }

        return text.Length;
    }

    private int NextCut(ReadOnlySpan<char> text, int from)
    {
        for (var i = from; i < Math.Min(text.Length, from + LongestRun); i++)
        {
            if (MayCut(text, i))
                return i;
        }

        return from; // only special tokens longer than the window lead here
    }

    private bool MayCut(ReadOnlySpan<char> text, int at)
    {
        if (char.IsSurrogatePair(text[at - 1], text[at]))
            return false;
        var around = text[Math.Max(0, at - _longestWhole + 1)..Math.Min(text.Length, at + _longestWhole - 1)];
        foreach (var whole in _whole)
        {
            for (var offset = 0; around[offset..].IndexOf(whole, StringComparison.Ordinal) is >= 0 and var found; offset += found + 1)
            {
                var begin = Math.Max(0, at - _longestWhole + 1) + offset + found;
                if (begin < at && at < begin + whole.Length)
                    return false;
            }
        }

        return true;
    }
}
