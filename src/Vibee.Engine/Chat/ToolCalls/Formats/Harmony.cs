using Vibee.Engine.Chat.ToolCalls.Reading;
using Vibee.Engine.Grammar;

namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>gpt-oss: an answer is several messages, each in a channel: thoughts in "analysis", what is said in "final",
/// and calls to functions.</summary>
internal sealed record Harmony() : ToolCallFormat("harmony")
{
    public const string Channel = "<|channel|>";
    public const string Message = "<|message|>";
    public const string Start = "<|start|>";
    public const string End = "<|end|>";
    public const string Call = "<|call|>";
    public const string Recipient = "to=functions.";

    public static Harmony Format { get; } = new() { Signs = [Channel, Message], IsAlways = true };

    public override string? Trigger => Recipient;

    public override GrammarPart Calls(IReadOnlyList<ToolDefinition> tools, int most, string prompt) => new GrammarPart.Sequence(
        new GrammarPart.Repetition(
            new GrammarPart.Sequence(
                new GrammarPart.Literal($"{Channel}analysis{Message}"), new GrammarPart.FreeText(End), new GrammarPart.Literal($"{End}{Start}assistant")),
            0, 1),
        new GrammarPart.Literal($"{Channel}commentary {Recipient}"),
        AfterTrigger(tools, most));

    // One call ends the turn.
    public override GrammarPart AfterTrigger(IReadOnlyList<ToolDefinition> tools, int most) => new GrammarPart.OneOf(
    [
        .. tools.Select(tool => new GrammarPart.Sequence(
            new GrammarPart.Literal(tool.Name),
            new GrammarPart.OneOf(
                new GrammarPart.Literal($" <|constrain|>json{Message}"), new GrammarPart.Literal(Message), new GrammarPart.Literal($"{Channel}commentary json{Message}")),
            CallGrammar.ArgumentsOf(tool))),
    ]);

    public override OutputParser Parse(IReadOnlyList<ToolDefinition> tools, string prompt, bool isConstrained) =>
        new HarmonyParser(tools, isConstrained);
}
