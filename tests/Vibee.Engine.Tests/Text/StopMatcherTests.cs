using FsCheck;
using FsCheck.Fluent;
using Vibee.Engine.Text;

namespace Vibee.Engine.Tests.Text;

public class StopMatcherTests
{
    [Theory]
    [InlineData("abcd", "cd|bc", "a")] // the first to be complete wins, not the first in the list
    [InlineData("abcd", "b|bcd", "a")]
    [InlineData("abc STOPPER", "STOPPING", "abc STOPPER")] // a near miss is delivered in full
    [InlineData("one two", "", "one two")]
    [InlineData("aaab", "aab", "a")]
    [InlineData("say 🦙 now", "🦙", "say ")]
    [InlineData("xyz", "xyz", "")]
    [InlineData("the end", "end", "the ")]
    public void Append_AnyPieces_SameText(string text, string stops, string expected)
    {
        for (var size = 1; size <= text.Length; size++)
            Assert.Equal(expected, Run(text.Chunk(size).Select(piece => new string(piece)), stops.Split('|')));
    }

    [Fact]
    public void Append_PossibleBeginning_IsHeldBackAndReleasedWhenDisproved()
    {
        var matcher = new StopMatcher(["STOP"]);

        Assert.Equal("ab", matcher.Append("abST").ToString());
        Assert.Equal("", matcher.Append("O").ToString());
        Assert.Equal("STOX", matcher.Append("X").ToString());
        Assert.Equal("y", matcher.Append("yS").ToString());
        Assert.Equal("S", matcher.Finish().ToString());
        Assert.Null(matcher.Matched);
    }

    [Fact]
    public void Append_Match_NamesTheStopString()
    {
        var matcher = new StopMatcher(["\n\n", "User:"]);

        Assert.Equal("Hi", matcher.Append("Hi\n\nUser:").ToString());
        Assert.Equal("\n\n", matcher.Matched);
        Assert.Equal("", matcher.Finish().ToString());
    }

    [Fact]
    public void Append_RandomPieces_EqualsWholeAndNeverContainsAStop()
    {
        var letters = Gen.Elements('a', 'b', 'c');
        var word = Gen.Choose(1, 4).SelectMany(n => letters.ArrayOf(n)).Select(chars => new string(chars));
        var text = Gen.Choose(0, 30).SelectMany(n => letters.ArrayOf(n)).Select(chars => new string(chars));
        var cases = from t in text from stops in word.ArrayOf(3) from seed in Gen.Choose(0, 1000) select (t, stops, seed);

        Prop.ForAll(cases.ToArbitrary(), input =>
        {
            var (whole, stops, seed) = input;
            var random = new Random(seed);
            var pieces = new List<string>();
            for (var i = 0; i < whole.Length;)
            {
                var length = Math.Min(random.Next(0, 5), whole.Length - i);
                pieces.Add(whole.Substring(i, length));
                i += length;
            }

            var actual = Run(pieces, stops);
            var first = Enumerable.Range(0, whole.Length + 1)
                .FirstOrDefault(end => stops.Any(stop => whole[..end].EndsWith(stop, StringComparison.Ordinal)), -1);
            var expected = first < 0 ? whole : whole[..(first - stops.Where(stop => whole[..first].EndsWith(stop, StringComparison.Ordinal)).Max(stop => stop.Length))];
            return actual == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static string Run(IEnumerable<string> pieces, string[] stops)
    {
        var matcher = new StopMatcher(stops);
        var text = "";
        foreach (var piece in pieces)
        {
            text += matcher.Append(piece).ToString();
            if (matcher.Matched is not null)
                return text;
        }

        return text + matcher.Finish().ToString();
    }
}
