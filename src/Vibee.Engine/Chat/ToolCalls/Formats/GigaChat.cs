namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>GigaChat 3.1: an object behind a control token.</summary>
internal static class GigaChat
{
    public static ToolCallFormat Format { get; } = new CallFormat("gigachat")
    {
        Signs = ["<|function_call|>"],
        Syntaxes = [new JsonCalls("<|function_call|>")],
    };
}
