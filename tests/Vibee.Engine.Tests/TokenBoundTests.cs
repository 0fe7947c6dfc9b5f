namespace Vibee.Engine.Tests;

public class TokenBoundTests
{
    [Theory]
    [InlineData("aaaa", 1, false)]
    [InlineData("aaaaa", 1, true)]
    [InlineData("éé", 1, false)]
    [InlineData("ééé", 1, true)]
    [InlineData("🦙🦙", 2, false)]
    [InlineData("🦙🦙🦙", 2, true)]
    [InlineData("\ud83d", 0, true)]
    [InlineData("", 0, false)]
    [InlineData("     ", 1, true)]
    public void Exceeds_IsTrueWhereEvenTheLongestTokensDoNotReach(string text, int tokens, bool expected) =>
        Assert.Equal(expected, Bound(swallowsSpace: false)!.Exceeds(text, tokens));

    [Theory]
    [InlineData("a      \n\n\n       a", 1, false)]
    [InlineData("aaa        aa", 1, true)]
    public void Exceeds_WithTokensThatSwallowSpace_DoesNotCountIt(string text, int tokens, bool expected) =>
        Assert.Equal(expected, Bound(swallowsSpace: true)!.Exceeds(text, tokens));

    [Fact]
    public void Of_VocabularyWithoutSingleBytes_IsNone() =>
        Assert.Null(TokenBound.Of(128, token => new[] { (byte)token }, swallowsSpace: false));

    [Fact]
    public void Exceeds_BytesThatNoTokenHas_AreNotCounted()
    {
        var bound = TokenBound.Of(255, token => new[] { (byte)(token + 1) }, swallowsSpace: false)!;
        Assert.False(bound.Exceeds("\0\0\0ab", 2));
        Assert.True(bound.Exceeds("\0\0\0abc", 2));
    }

    /// <summary>A token for each byte and one of four.</summary>
    private static TokenBound? Bound(bool swallowsSpace) =>
        TokenBound.Of(257, token => token < 256 ? new[] { (byte)token } : "abcd"u8, swallowsSpace);
}
