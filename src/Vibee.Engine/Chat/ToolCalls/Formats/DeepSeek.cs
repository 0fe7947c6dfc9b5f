namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>DeepSeek: V3 and R1 put the arguments into a block of code, V3.1 into none, V3.2 each between tags.</summary>
internal static class DeepSeek
{
    private const string Begin = "<｜tool▁call▁begin｜>";
    private const string Separator = "<｜tool▁sep｜>";
    private const string End = "<｜tool▁call▁end｜>";
    private static readonly string[] Wrappers = ["<｜tool▁calls▁begin｜>"];
    private static readonly string[] Closers = ["```", End, "<｜tool▁calls▁end｜>"];

    public static ToolCallFormat V3 { get; } = new CallFormat("deepseek-v3")
    {
        Signs = [Begin, "```json"],
        Syntaxes = [new NamedCalls($"{Begin}function{Separator}", "\n```json\n", $"\n```{End}") { Wrappers = Wrappers, Closers = Closers, All = ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>") }],
    };

    public static ToolCallFormat V31 { get; } = new CallFormat("deepseek-v3.1")
    {
        Signs = [Begin],
        Syntaxes = [new NamedCalls(Begin, Separator, End) { Wrappers = Wrappers, Closers = Closers, All = ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>") }],
    };

    public static ToolCallFormat V32 { get; } = new CallFormat("deepseek-v3.2")
    {
        Signs = ["｜DSML｜"],
        Syntaxes =
        [
            new MarkupCalls("<｜DSML｜invoke name=\"", ">", "</｜DSML｜invoke>")
            {
                Key = "<｜DSML｜parameter name=\"", Value = ">", ValueInFull = "\" string=\"{0}\">", End = "</｜DSML｜parameter>",
                Wrappers = ["<｜DSML｜function_calls>", "<｜DSML｜tool_calls>"],
                Closers = ["</｜DSML｜function_calls>", "</｜DSML｜tool_calls>"],
                All = ("\n\n<｜DSML｜function_calls>\n", "\n</｜DSML｜function_calls>"), Between = "\n",
            },
        ],
    };
}
