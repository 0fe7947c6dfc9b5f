namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>Command-R7B and later: a list between control tokens. Command-R and R+: a list in a block of code.</summary>
internal static class CommandR
{
    public static ToolCallFormat Special { get; } = new CallFormat("command-r7b")
    {
        Signs = ["<|START_ACTION|>"],
        Syntaxes =
        [
            new JsonCalls("<|START_ACTION|>", "tool_name", "parameters") { IsList = true, Closers = ["<|END_ACTION|>"], Each = ("", "<|END_ACTION|>") },
        ],
    };

    public static ToolCallFormat Action { get; } = new CallFormat("command-r")
    {
        Signs = ["Action:", "tool_name"],
        Syntaxes =
        [
            new JsonCalls("Action: ```json", "tool_name", "parameters") { IsList = true, Closers = ["```"], Each = ("", "```") },
            new JsonCalls("Action:\n```json", "tool_name", "parameters") { IsList = true, Closers = ["```"] },
            new JsonCalls("Action:```json", "tool_name", "parameters") { IsList = true, Closers = ["```"] },
        ],
    };
}
