namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>GLM 4.5 and later, Ling, Laguna, Spark: keys and values between tags, behind the name.</summary>
internal static class Glm
{
    public static ToolCallFormat Format { get; } = new CallFormat("glm")
    {
        Signs = ["<arg_key>", "<arg_value>"],
        Syntaxes =
        [
            new MarkupCalls("<tool_call>", "", "</tool_call>")
            {
                Key = "<arg_key>", Value = "<arg_value>", ValueInFull = "</arg_key>\n<arg_value>", End = "</arg_value>", Between = "\n",
            },
        ],
    };
}
