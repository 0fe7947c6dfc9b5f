namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Qwen3-Coder, Qwen 3.5, Nemotron 3, StepFun: tags around every argument. Seed-OSS has other tags around the
/// call.</summary>
internal static class QwenCoder
{
    public static ToolCallFormat Seed { get; } = Of("seed-oss", "seed:tool_call", "") with { Signs = ["<seed:tool_call>", "<parameter="] };

    public static ToolCallFormat Format { get; } = Of("qwen3-coder", "tool_call", "\n") with { Signs = ["<function=", "<parameter="] };

    private static CallFormat Of(string name, string tag, string padding) => new(name)
    {
        Syntaxes =
        [
            new MarkupCalls("<function=", ">", "</function>")
            {
                Key = "<parameter=", Value = ">", End = "</parameter>", Padding = padding, Between = "\n",
                Wrappers = [$"<{tag}>"],
                Closers = [$"</{tag}>"],
                Each = ($"<{tag}>\n", $"\n</{tag}>"),
            },
        ],
    };
}
