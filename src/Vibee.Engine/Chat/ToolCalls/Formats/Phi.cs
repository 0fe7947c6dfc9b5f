namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Phi-4-mini: a list between control tokens. Its template wants the tools inside the system message.</summary>
internal static class Phi
{
    public static ToolCallFormat Format { get; } = new CallFormat("phi-4")
    {
        Signs = ["<|/tool|>"],
        ReadsToolsFromSystem = true,
        Syntaxes =
        [
            new JsonCalls("<|tool_call|>") { IsList = true, Closers = ["<|/tool_call|>"], Next = "{", Each = ("", "<|/tool_call|>") },
            new JsonCalls("functools") { IsList = true },
            new JsonCalls("[") { OnlyAtStart = true },
        ],
    };
}
