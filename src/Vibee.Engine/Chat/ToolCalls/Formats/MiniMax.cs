namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>MiniMax M1, as Apriel: lines or a list of objects between tags; M2: tags around every argument.</summary>
internal static class MiniMax
{
    public static ToolCallFormat M1 { get; } = new CallFormat("tool-calls-list")
    {
        Signs = ["<tool_calls>"],
        Syntaxes = [new JsonCalls("<tool_calls>") { IsList = true, Closers = ["</tool_calls>"], Next = "{", Each = ("", "</tool_calls>") }],
    };

    /// <summary>M3's tags are named after the arguments, which nothing else does: it is told to write what all can.</summary>
    public static ToolCallFormat M3 { get; } = GenericFormat.Format with { Name = "minimax-m3", Signs = ["]<]minimax[>["] };

    public static ToolCallFormat M2 { get; } = new CallFormat("minimax-m2")
    {
        Signs = ["<minimax:tool_call>", "<invoke name="],
        Syntaxes =
        [
            new MarkupCalls("<invoke name=\"", ">", "</invoke>")
            {
                Key = "<parameter name=\"", Value = ">", ValueInFull = "\">", End = "</parameter>",
                Wrappers = ["<minimax:tool_call>"],
                Closers = ["</minimax:tool_call>"],
                All = ("<minimax:tool_call>\n", "\n</minimax:tool_call>"), Between = "\n",
            },
        ],
    };
}
