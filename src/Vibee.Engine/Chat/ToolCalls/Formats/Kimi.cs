namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Kimi K2: control tokens around the name, which bears a namespace and a number, and the arguments.</summary>
internal static class Kimi
{
    public static ToolCallFormat Format { get; } = new CallFormat("kimi-k2")
    {
        Signs = ["<|tool_call_begin|>", "<|tool_call_argument_begin|>"],
        Syntaxes =
        [
            new NamedCalls("<|tool_call_begin|>", "<|tool_call_argument_begin|>", "<|tool_call_end|>")
            {
                NamePrefix = "functions.",
                NameSuffix = ":[0-9]{1,3}",
                All = ("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"),
                Wrappers = ["<|tool_calls_section_begin|>"],
                Closers = ["<|tool_call_end|>", "<|tool_calls_section_end|>"],
            },
        ],
    };
}
