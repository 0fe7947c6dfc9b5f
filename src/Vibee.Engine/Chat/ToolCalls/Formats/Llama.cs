namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Llama 3.1 to 3.3: an object is the whole answer, sometimes behind a control token; the template's words for
/// the arguments are parameters.</summary>
internal static class Llama
{
    private static readonly string[] Separators = [";", ","];

    public static ToolCallFormat Format { get; } = new CallFormat("llama3")
    {
        Signs = ["<|start_header_id|>", "\"parameters\""],
        Syntaxes =
        [
            new JsonCalls("{", Arguments: "parameters") { OnlyAtStart = true, Next = "{", Closers = Separators },
            new JsonCalls("[", Arguments: "parameters") { OnlyAtStart = true },
            new JsonCalls("<|python_tag|>", Arguments: "parameters") { Next = "{", Closers = Separators },
            new NamedCalls("<function=", ">", "</function>") { Closers = ["</function>"] },
        ],
    };
}
