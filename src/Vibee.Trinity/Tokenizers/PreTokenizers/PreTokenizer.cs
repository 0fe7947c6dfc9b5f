namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>Cuts a text into words before byte pairs merge: each splitter cuts what the one before it left whole.</summary>
/// <param name="WordsFirst">A word that is a token is taken as it is, whatever the merges say.</param>
/// <param name="AddsBegin">Whether texts begin with the begin token where the file does not say.</param>
internal sealed record PreTokenizer(bool WordsFirst, bool AddsBegin, params Splitter[] Splitters)
{
    /// <summary>The end of every word, in bytes, ascending; the last is the end of the text.</summary>
    public List<int> Split(ReadOnlySpan<byte> text)
    {
        var ends = new List<int> { text.Length };
        foreach (var splitter in Splitters)
        {
            var finer = new List<int>(ends.Count + text.Length / 8);
            var start = 0;
            foreach (var end in ends)
            {
                splitter.Split(text[start..end], start, finer);
                start = end;
            }
            ends = finer;
        }
        return ends;
    }
}
