namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Hermes 2 and 3, Qwen 2.5 and 3, Granite 4, SmolLM, iGLA and many others: an object between tags.</summary>
internal static class Hermes
{
    public static JsonCalls Tagged { get; } = new("<tool_call>") { Closers = ["</tool_call>"], Next = "{", Each = ("", "</tool_call>") };

    public static ToolCallFormat Format { get; } = new CallFormat("hermes") { Signs = ["<tool_call>"], Syntaxes = [Tagged] };
}
