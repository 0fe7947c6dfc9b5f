using Vibee.Engine.Speculation;

namespace Vibee.Engine.Tests.Speculation;

public class NgramIndexTests
{
    [Fact]
    public void Find_NothingRepeats_Nothing() => Assert.Empty(Find(Enumerable.Range(0, 50)));

    [Fact]
    public void Find_FewerTokensAgreeThanNeeded_Nothing() => Assert.Empty(Find([1, 2, 9, 8, 7, 1, 2]));

    [Fact]
    public void Find_EndOccurredBefore_WhatFollowed() => Assert.Equal([4, 5, 6, 1, 2, 3], Find([1, 2, 3, 4, 5, 6, 1, 2, 3]));

    [Fact]
    public void Find_SeveralOccurrences_TheLongestNotTheLatest() =>
        Assert.Equal([5, 6], Find([9, 1, 2, 3, 5, 6, 0, 1, 2, 3, 7, 8, 9, 1, 2, 3], most: 2));

    [Fact]
    public void Find_EquallyLongOccurrences_TheLatest() =>
        Assert.Equal([7, 8], Find([1, 2, 3, 5, 6, 0, 1, 2, 3, 7, 8, 9, 1, 2, 3], most: 2));

    [Fact]
    public void Find_TextGoesRoundInCircles_DraftDoesToo() =>
        Assert.Equal([2, 1, 2, 1, 2, 1, 2, 1], Find([1, 2, 1, 2, 1, 2, 1], most: 8));

    [Fact]
    public void Find_ShortMatch_ShortDraft() =>
        Assert.Equal(2 * NgramIndex.LeastMatch, Find([0, 1, 2, 3, .. Enumerable.Range(10, 40), 5, 1, 2, 3]).Length);

    [Fact]
    public void Find_Border_IsNeitherMatchedNorDrafted()
    {
        Assert.Equal([4], Find([1, 2, 3, 4, NgramIndex.Border, 5, 6, 1, 2, 3]));
        Assert.Empty(Find([1, NgramIndex.Border, 2, 7, 7, 1, NgramIndex.Border, 2]));
    }

    /// <summary>Against the obvious way, on texts where nearly everything repeats.</summary>
    [Fact]
    public void Find_RandomTexts_AgreesWithASearch()
    {
        var random = new Random(1);
        for (var round = 0; round < 2000; round++)
        {
            // Few enough that no look-up gives up before the end.
            var text = Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(3)).ToArray();
            var best = Enumerable.Range(0, text.Length - 1)
                .Select(at => (At: at, Length: Math.Min(NgramIndex.LongestMatch, Enumerable.Range(0, at + 1).TakeWhile(i => text[at - i] == text[^(1 + i)]).Count())))
                .Where(match => match.Length >= NgramIndex.LeastMatch).OrderByDescending(match => match.Length).ThenByDescending(match => match.At)
                .Select(match => text[match.At + 1]).Cast<int?>().FirstOrDefault();
            Assert.Equal(best, Find(text, most: 1).Cast<int?>().FirstOrDefault());
        }
    }

    private static int[] Find(IEnumerable<int> tokens, int most = 16)
    {
        var text = tokens.ToList();
        var index = new NgramIndex(text.Count);
        text.ForEach(index.Add);
        var draft = new int[most];
        index.Find(draft, out var drafted);
        return draft[..drafted];
    }
}
