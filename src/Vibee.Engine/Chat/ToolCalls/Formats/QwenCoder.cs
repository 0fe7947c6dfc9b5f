namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Qwen3-Coder, Qwen 3.5, Nemotron 3, Seed-OSS, StepFun: tags around every argument.</summary>
internal static class QwenCoder
{
    public static ToolCallFormat Format { get; } = new CallFormat("qwen3-coder")
    {
        Signs = ["<function=", "<parameter="],
        Syntaxes =
        [
            new MarkupCalls("<function=", ">", "</function>")
            {
                Key = "<parameter=", Value = ">", End = "</parameter>", Padding = "\n",
                Wrappers = ["<tool_call>", "<seed:tool_call>"],
                Closers = ["</tool_call>", "</seed:tool_call>"],
            },
        ],
    };
}
