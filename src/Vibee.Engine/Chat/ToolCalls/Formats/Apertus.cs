using System.Text.Json;
using Vibee.Engine.Chat.ToolCalls.Reading;
using Vibee.Engine.Grammar;

namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Apertus: a list of objects whose only key is the name.</summary>
internal static class Apertus
{
    public static ToolCallFormat Format { get; } = new CallFormat("apertus")
    {
        Signs = ["<|tools_prefix|>"],
        Syntaxes = [new EnclosedCalls("<|tools_prefix|>", "<|tools_suffix|>", Read) { Write = Write }],
    };

    private static GrammarPart Write(ToolDefinition tool) => new GrammarPart.Sequence(
        new GrammarPart.Literal($"[{{{JsonString.Quote(tool.Name)}: "), CallGrammar.ArgumentsOf(tool), new GrammarPart.Literal("}]"));

    private static IReadOnlyList<(string Name, string Arguments)>? Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return
            [
                .. document.RootElement.EnumerateArray().SelectMany(call => call.EnumerateObject())
                    .Select(call => (call.Name, call.Value.GetRawText())),
            ];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
