namespace Vibee.LlamaCpp.Tests;

public sealed class TextPiecesTests
{
    private static readonly TextPieces Pieces = new(["<|im_end|>", "<|im_start|>"]);

    [Fact]
    public void First_OrdinaryText_IsAllOfIt()
    {
        var text = string.Concat(Enumerable.Repeat("Ordinary words, and a line.\n", 1000));
        Assert.Equal(text.Length, Pieces.First(text));
        Assert.Equal(0, Pieces.First(""));
    }

    [Fact]
    public void First_LongRun_IsCutBeforePunctuation()
    {
        var text = new string('a', 700) + "," + new string('b', 5000);
        Assert.Equal(700, Pieces.First(text));
    }

    [Theory]
    [InlineData("<|im_end|>")]
    [InlineData("<|im_start|>")]
    [InlineData("🦙")]
    public void First_LongRun_IsNotCutInside(string whole)
    {
        for (var before = TextPieces.LongestRun - whole.Length; before <= TextPieces.LongestRun; before++)
        {
            var text = new string('a', before) + whole + new string('b', 3000);
            var cut = Pieces.First(text);
            Assert.True(cut <= before || cut >= before + whole.Length, $"{cut} with {before} letters before");
        }
    }

    [Fact]
    public void First_RepeatedUntilTheEnd_CoversTheText()
    {
        var text = string.Concat(Enumerable.Repeat("<|im_end|>", 10_000)).AsSpan();
        var pieces = 0;
        for (; text.Length > 0; pieces++)
        {
            var length = Pieces.First(text);
            Assert.InRange(length, 1, 2 * TextPieces.LongestRun);
            Assert.Equal(0, length % "<|im_end|>".Length);
            text = text[length..];
        }

        Assert.True(pieces > 50);
    }
}
