using System.Text;
using System.Text.Json.Nodes;
using Vibee.Engine.Chat.ToolCalls;
using Vibee.Engine.Chat.ToolCalls.Formats;
using Vibee.Engine.Grammar;
using Vibee.Engine.Tests.Grammar;

namespace Vibee.Engine.Tests.Chat.ToolCalls;

/// <summary>What constrains a call and what reads it are made of one description: each text that the grammar leads to
/// is read as calls with arguments that satisfy the schemas.</summary>
public class ToolCallGrammarTests
{
    public static TheoryData<string> Formats => [.. ToolCallFormat.All.Append(ToolCallFormat.Generic).Select(format => format.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Calls_RandomTextsOfTheGrammar_AreReadAsCalls(string name)
    {
        var format = Recorded.Format(name);
        for (var seed = 0; seed < 8; seed++)
        {
            var text = RandomText(format, format.Calls(Recorded.Tools, most: 2, ""), seed);
            foreach (var isConstrained in (bool[])[false, true])
            {
                var parts = Recorded.Parse(format.Parse(Recorded.Tools, "", isConstrained), [text]);
                var calls = parts.Where(part => part.StartsWith("call", StringComparison.Ordinal)).ToList();
                Assert.True(calls.Count is 1 or 2 && parts.All(part => !part.StartsWith("text", StringComparison.Ordinal)), $"{text}\n→ {string.Join('\n', parts)}");
                foreach (var call in calls)
                    Check(call);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void AfterTrigger_RandomTextsOfTheGrammar_AreReadAsCalls(string name)
    {
        var format = Recorded.Format(name);
        if (format.Trigger is not { } trigger || name == "harmony")
            return;
        for (var seed = 0; seed < 4; seed++)
        {
            var text = trigger + RandomText(format, format.AfterTrigger(Recorded.Tools, most: 1), seed);
            var part = Assert.Single(Recorded.Parse(format.Parse(Recorded.Tools, "", isConstrained: true), ["Well. ", text]), part => part != "text Well.");
            Check(part);
        }
    }

    private static void Check(string call)
    {
        var (name, arguments) = (call.Split(' ')[1], JsonNode.Parse(call.Split(' ', 3)[2])!.AsObject());
        var keys = arguments.Select(pair => pair.Key).ToHashSet();
        if (name == "get_weather")
            Assert.Contains("city", keys);
        if (name == "add")
            Assert.True(keys.IsSupersetOf(["a", "b"]));
        if (arguments["unit"] is { } unit)
            Assert.Contains((string)unit!, (string[])["celsius", "fahrenheit"]);
    }

    // Bytes at random of those that are allowed. Free text ends where one of the format's marks is thrown in.
    private static string RandomText(ToolCallFormat format, GrammarPart part, int seed)
    {
        var random = new Random(seed);
        var matcher = new GrammarMatcher(CompiledGrammar.FromParts(part), GrammarProbe.Vocabulary);
        IEnumerable<string> ends = format.Syntaxes.OfType<MarkupCalls>().Select(markup => markup.Padding + markup.End).Append(Harmony.End).Append(GemmaNotation.Quote);
        byte[][] marks = [.. ends.Append("\"").Append("}").Select(Encoding.UTF8.GetBytes)];
        var bytes = Enumerable.Range(32, 95).Append('\n').Select(value => (byte)value).ToArray();
        var text = new List<byte>();
        while (!matcher.MustEnd && !(matcher.CanEnd && random.Next(4) == 0))
        {
            Assert.True(text.Count < 20_000, Encoding.UTF8.GetString([.. text]));
            random.Shuffle(marks);
            random.Shuffle(bytes);
            var inHarmonyArguments = format is Harmony && Encoding.UTF8.GetString([.. text]).Contains(Harmony.Recipient, StringComparison.Ordinal);
            if (random.Next(8) == 0 && !inHarmonyArguments && marks.FirstOrDefault(mark => matcher.AcceptBytes(mark)) is { } mark)
                text.AddRange(mark);
            else
                text.Add(bytes.Concat(Enumerable.Range(128, 128).Select(value => (byte)value)).First(value => matcher.AcceptBytes([value])));
        }

        return Encoding.UTF8.GetString([.. text]);
    }
}
