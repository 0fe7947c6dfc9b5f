namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Mistral: a list of objects, to which models from Nemo on give ids; the newer ones a name and its arguments.</summary>
internal static class Mistral
{
    private const string Open = "[TOOL_CALLS]";

    public static ToolCallFormat Listed { get; } = new CallFormat("mistral")
    {
        Signs = [Open],
        Syntaxes = [new JsonCalls(Open) { IsList = true, Id = ("id", "[a-zA-Z0-9]{9}"), Next = "{" }],
    };

    public static ToolCallFormat Named { get; } = new CallFormat("mistral-named")
    {
        Signs = [Open, "[ARGS]"],
        Syntaxes = [new NamedCalls(Open, "[ARGS]", "") { NameSuffix = "[CALL_ID]" }, new JsonCalls("[{") { OnlyAtStart = true }],
    };
}
