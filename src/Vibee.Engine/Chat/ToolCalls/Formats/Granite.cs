namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Granite 3: a list behind a control token. Granite 4 writes as Hermes does.</summary>
internal static class Granite
{
    public static ToolCallFormat Format { get; } = new CallFormat("granite")
    {
        Signs = ["<|tool_call|>"],
        Syntaxes = [new JsonCalls("<|tool_call|>") { IsList = true, Next = "{" }, new JsonCalls("<tool_call>") { Closers = ["</tool_call>"] }],
    };
}
