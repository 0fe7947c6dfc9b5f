namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Mistral: a list of objects, to which models from Nemo on give ids; the newer ones a name and its arguments.</summary>
internal static class Mistral
{
    private const string Open = "[TOOL_CALLS]";

    public static ToolCallFormat Listed { get; } = new CallFormat("mistral")
    {
        Signs = [Open],
        IdLength = 9,
        Syntaxes = [new JsonCalls(Open) { IsList = true, Next = "{" }],
    };

    public static ToolCallFormat Named { get; } = new CallFormat("mistral-named")
    {
        Signs = [Open, "[ARGS]"],
        IdLength = 9,
        Syntaxes = [new NamedCalls(Open, "[ARGS]", ""), new JsonCalls("[{") { OnlyAtStart = true }],
    };
}
