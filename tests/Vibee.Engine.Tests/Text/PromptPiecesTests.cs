using Vibee.Engine.Runners;
using Vibee.Engine.Text;

namespace Vibee.Engine.Tests.Text;

public class PromptPiecesTests
{
    private static readonly WordTokenizer Tokenizer = new([" Once", " upon", "é"], ["<end>", "<start>"]);

    [Theory]
    [InlineData(new[] { 256, 257 }, " Once upon", " Once| upon")]
    [InlineData(new[] { 256, 257 }, "Once upon", "Once| upon")] // the tokenizer put a space before it
    [InlineData(new[] { 260, 256, 257 }, "Once upon", "|Once| upon")] // and a begin token
    [InlineData(new[] { 260, 256, 259 }, "<start> Once<end>", "<start>| Once|<end>")]
    [InlineData(new[] { 256, 259 }, " Once", " Once|")] // made of ids: special tokens have no text
    [InlineData(new[] { 258, 0xC3, 0xA9, 257 }, "éé upon", "é||é| upon")]
    [InlineData(new[] { 0xF0, 0x9F, 0xA6, 0x99, 257 }, "🦙 upon", "|||🦙| upon")]
    [InlineData(new[] { 0xC3, 257 }, "\uFFFD upon", "|\uFFFD upon")]
    [InlineData(new[] { 256, 0xC3 }, " Once\uFFFD", " Once|\uFFFD")]
    [InlineData(new[] { 256, 257 }, "something else", "|something else")]
    public void Split_Prompt_GivesEachTokenItsCharacters(int[] tokens, string text, string pieces) =>
        Assert.Equal(pieces, string.Join('|', PromptPieces.Split(text, tokens, Tokenizer)));
}
