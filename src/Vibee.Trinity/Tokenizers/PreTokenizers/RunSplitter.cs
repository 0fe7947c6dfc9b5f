namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>Matches runs of characters of one set: <c>[set]{least,most}</c>, with the space before it as in <c>\s?[set]+</c>.</summary>
internal sealed class RunSplitter(CodePointSet set, int least = 1, int most = int.MaxValue, SpaceBefore space = SpaceBefore.None) : MatchSplitter
{
    protected override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        var end = RunEnd(text, at);
        if (end == at && CodePoints.ClassAt(text, at, out var length) == CodePointClass.Space && Takes(text[at]))
        {
            end = RunEnd(text, at + length);
            return end == at + length ? at : end;
        }
        return end;
    }

    private bool Takes(byte first) => space == SpaceBefore.Any || (space == SpaceBefore.Blank && first == ' ');

    private int RunEnd(ReadOnlySpan<byte> text, int at)
    {
        var (end, count) = (at, 0);
        for (; end < text.Length && count < most && set.Contains(CodePoints.Decode(text, end, out var length)); count++)
            end += length;
        return count < least ? at : end;
    }
}

/// <summary>What a run may begin with that is not of its set.</summary>
internal enum SpaceBefore
{
    None,

    /// <summary>U+0020.</summary>
    Blank,

    /// <summary>What <c>\s</c> matches.</summary>
    Any,
}
