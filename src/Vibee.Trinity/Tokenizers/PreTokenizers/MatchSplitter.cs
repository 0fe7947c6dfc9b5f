namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>A splitter whose expression is tried at one place after another.</summary>
internal abstract class MatchSplitter : Splitter
{
    public sealed override void Split(ReadOnlySpan<byte> text, int origin, List<int> ends)
    {
        var start = 0;
        for (var at = 0; at < text.Length;)
        {
            var end = MatchEnd(text, at);
            if (end == at)
            {
                CodePoints.Decode(text, at, out var length);
                at += length;
                continue;
            }
            if (at > start)
                ends.Add(origin + at);
            ends.Add(origin + end);
            start = at = end;
        }
        if (start < text.Length)
            ends.Add(origin + text.Length);
    }

    /// <summary>Where the match that begins at <paramref name="at"/> ends; <paramref name="at"/> itself if none does.</summary>
    /// <remarks>Work over a whole text must be linear: look only a bounded number of times at each byte.</remarks>
    protected abstract int MatchEnd(ReadOnlySpan<byte> text, int at);
}
