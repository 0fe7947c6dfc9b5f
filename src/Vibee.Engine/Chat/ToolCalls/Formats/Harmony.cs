using Vibee.Engine.Chat.ToolCalls.Reading;

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

    public override OutputParser Parse(IReadOnlyList<ToolDefinition> tools, string prompt, bool isConstrained) =>
        new HarmonyParser(tools, isConstrained);
}
