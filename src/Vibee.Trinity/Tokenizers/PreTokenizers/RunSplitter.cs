namespace Vibee.Trinity.Tokenizers.PreTokenizers;

/// <summary>Matches runs of characters of one set: <c>[set]{least,most}</c>, or <c>\s?[set]+</c> with a space before.</summary>
internal sealed class RunSplitter(CodePointSet set, int least = 1, int most = int.MaxValue, bool takesSpace = false) : MatchSplitter
{
    protected override int MatchEnd(ReadOnlySpan<byte> text, int at)
    {
        var end = RunEnd(text, at);
        if (end == at && takesSpace && CodePoints.ClassAt(text, at, out var length) == CodePointClass.Space)
        {
            end = RunEnd(text, at + length);
            return end == at + length ? at : end;
        }
        return end;
    }

    private int RunEnd(ReadOnlySpan<byte> text, int at)
    {
        var (end, count) = (at, 0);
        for (; end < text.Length && count < most && set.Contains(CodePoints.Decode(text, end, out var length)); count++)
            end += length;
        return count < least ? at : end;
    }
}
