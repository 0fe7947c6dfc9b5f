namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>MiniCPM 5: tags with names in quotes.</summary>
internal static class MiniCpm
{
    public static ToolCallFormat Format { get; } = new CallFormat("minicpm")
    {
        Signs = ["<function name=", "<param name="],
        Syntaxes =
        [
            new MarkupCalls("<function name=\"", ">", "</function>")
            {
                Key = "<param name=\"", Value = ">", ValueInFull = "\">", End = "</param>",
            },
        ],
    };
}
