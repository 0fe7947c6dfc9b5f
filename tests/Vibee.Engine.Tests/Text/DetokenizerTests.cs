using System.Text;
using Vibee.Engine.Text;

namespace Vibee.Engine.Tests.Text;

public class DetokenizerTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("zażółć 日本語 🦙👩‍👩‍👧 é")]
    public void Append_BytesOneByOne_OnlyWholeCharacters(string text)
    {
        var detokenizer = new Detokenizer();
        var result = "";
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            var piece = detokenizer.Append([value]).ToString();
            Assert.False(piece.Length > 0 && (char.IsHighSurrogate(piece[^1]) || char.IsLowSurrogate(piece[0])));
            result += piece;
        }

        Assert.Equal(text, result + detokenizer.Finish().ToString());
    }

    [Fact]
    public void Finish_UnfinishedSequence_BecomesOneReplacement()
    {
        var detokenizer = new Detokenizer();
        Assert.Equal("a", detokenizer.Append([(byte)'a', 0xF0, 0x9F, 0xA6]).ToString());
        Assert.Equal("\uFFFD", detokenizer.Finish().ToString());
    }

    [Fact]
    public void Append_ByteThatCannotBecomeValid_IsReplacedAtOnce()
    {
        var detokenizer = new Detokenizer();
        Assert.Equal("\uFFFD", detokenizer.Append([0xFF]).ToString());
        Assert.Equal("", detokenizer.Append([0xC3]).ToString());
        Assert.Equal("\uFFFDx", detokenizer.Append([(byte)'x']).ToString());
    }
}
