using System.Text;
using Vibee.Engine.Chat.ToolCalls;

namespace Vibee.Engine.Tests.Chat.ToolCalls;

public class ToolCallParserTests
{
    public static TheoryData<string, string, string[]> Outputs => Recorded.Outputs;

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Parse_WholeOutput_HasTheseParts(string format, string output, string[] expected) =>
        Assert.Equal(expected, Recorded.Parse(Parser(format), [output]));

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Parse_CutAtAnyByte_HasTheSameParts(string format, string output, string[] expected)
    {
        var length = Encoding.UTF8.GetByteCount(output);
        for (var at = 0; at <= length; at++)
            Assert.Equal(expected, Recorded.Parse(Parser(format), Recorded.Cut(output, at)));
        Assert.Equal(expected, Recorded.Parse(Parser(format), Recorded.Cut(output, [.. Enumerable.Range(1, length - 1)])));
    }

    // What a grammar vouches for is delivered while it grows.
    [Theory]
    [MemberData(nameof(Outputs))]
    public void Parse_ConstrainedAndCutAtAnyByte_HasTheSameParts(string format, string output, string[] expected)
    {
        if (!expected.All(part => part.StartsWith("call", StringComparison.Ordinal)) || !output.EndsWith('>'))
            return; // no grammar would have let this pass
        var length = Encoding.UTF8.GetByteCount(output);
        for (var at = 0; at <= length; at++)
            Assert.Equal(expected, Recorded.Parse(Parser(format, isConstrained: true), Recorded.Cut(output, at)));
    }

    [Fact]
    public void Parse_Constrained_DeliversArgumentsAsTheyCome()
    {
        var parser = Parser("hermes", isConstrained: true);
        var pieces = new List<OutputPiece>();
        parser.Append("<tool_call>{\"name\": \"get_weather\", \"argu", pieces);
        parser.Append("ments\": {\"city\": \"Os", pieces);
        Assert.Equal(["call get_weather {\"city\": \"Os"], Recorded.Describe(pieces));
    }

    [Fact]
    public void Parse_ConstrainedAndCutBeforeTheName_DropsTheCall()
    {
        Assert.Equal([], Recorded.Parse(Parser("hermes", isConstrained: true), ["<tool_call>{\"name\": \"get_w"]));
        Assert.Equal(["call get_weather {\"ci"], Recorded.Parse(Parser("hermes", isConstrained: true), ["<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"ci"]));
    }

    [Fact]
    public void Parse_CallBegunInThePrompt_IsFound()
    {
        var format = Recorded.Format("functionary-v3.2");
        Assert.Equal(["text Hello."], Recorded.Parse(format.Parse(Recorded.Tools, "assistant\n\n>>>", false), ["all\nHello."]));
        Assert.Equal(["call now {}"], Recorded.Parse(format.Parse(Recorded.Tools, "assistant\n\n>>>", false), ["now\n{}"]));
    }

    [Fact]
    public void Parse_Content_SaysWhereItStood()
    {
        const string Output = "One. <tool_call>{\"name\": \"now\"}</tool_call> Two.";
        var pieces = new List<OutputPiece>();
        var parser = Parser("hermes");
        parser.Append(Output, pieces);
        parser.Finish(pieces);
        foreach (var piece in pieces.Where(piece => piece.Kind == OutputKind.Content))
            Assert.Equal(piece.Text, Output.Substring(piece.Start, piece.Text.Length));
    }

    /// <summary>Outputs with characters changed, dropped, doubled and parts of others put in: whatever comes out is the same
    /// however it was cut, and holds all that was not a mark or a call.</summary>
    [Fact]
    public void Parse_MutatedOutputs_LosesNothing()
    {
        var random = new Random(7);
        var outputs = Recorded.Outputs.Select(row => (Format: row.Data.Item1, Output: row.Data.Item2)).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var (format, output) = outputs[i % outputs.Length];
            var text = new StringBuilder(output);
            for (var mutations = random.Next(1, 4); mutations > 0; mutations--)
                Mutate(text, random, outputs[random.Next(outputs.Length)].Output);
            var mutated = text.ToString();

            var whole = Recorded.Parse(Parser(format), [mutated]);
            var cut = random.Next(mutated.Length + 1);
            if (cut > 0 && cut < mutated.Length && char.IsLowSurrogate(mutated[cut]))
                cut--;
            Assert.Equal(whole, Recorded.Parse(Parser(format), [mutated[..cut], mutated[cut..]]));
            if (whole.All(part => part.StartsWith("text", StringComparison.Ordinal)) && format is not ("harmony" or "functionary-v3.2"))
                Assert.Equal(mutated, string.Concat(whole.Select(part => part[5..])));
            Recorded.Parse(Parser(format, isConstrained: true), [mutated]);
        }
    }

    [Theory]
    [InlineData("<tool_call>")]
    [InlineData("<tool_call>{\"arguments\": {\"a\": \"")]
    [InlineData("{")]
    [InlineData("[[[[")]
    [InlineData("```json\n{\"name\": \"get_weather\", \"arguments\": {")]
    public void Parse_MuchOfTheSame_TakesNoTime(string part)
    {
        var output = string.Concat(Enumerable.Repeat(part, 10_000 / part.Length));
        foreach (var format in ToolCallFormat.All.Append(ToolCallFormat.Generic))
        {
            var pieces = new List<OutputPiece>();
            var parser = format.Parse(Recorded.Tools, "", isConstrained: false);
            for (var i = 0; i < output.Length; i += 100)
                parser.Append(output.AsSpan(i, Math.Min(100, output.Length - i)), pieces);
            parser.Finish(pieces);
            Assert.NotEmpty(pieces);
        }
    }

    private static void Mutate(StringBuilder text, Random random, string other)
    {
        var at = random.Next(text.Length + 1);
        switch (random.Next(4))
        {
            case 0 when at < text.Length:
                text.Remove(at, Math.Min(random.Next(1, 8), text.Length - at));
                break;
            case 1 when at < text.Length:
                text[at] = "{}[]\"\\<>:, \na0"[random.Next(14)];
                break;
            case 2:
                var start = random.Next(other.Length);
                text.Insert(at, other.AsSpan(start, random.Next(other.Length - start)));
                break;
            default:
                text.Insert(at, "\"");
                break;
        }
    }

    private static OutputParser Parser(string format, bool isConstrained = false) =>
        Recorded.Format(format).Parse(Recorded.Tools, "", isConstrained);
}
