namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>LFM 2: calls as Python writes them, between control tokens.</summary>
internal static class Lfm
{
    public static ToolCallFormat Format { get; } = new CallFormat("lfm2")
    {
        Signs = ["<|tool_list_start|>"],
        Syntaxes = [PythonCalls.Between("<|tool_call_start|>", "<|tool_call_end|>")],
    };
}
