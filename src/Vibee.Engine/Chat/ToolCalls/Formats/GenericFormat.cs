namespace Vibee.Engine.Chat.ToolCalls.Formats;

/// <summary>For models that have no format, or one that is not known: they are told to write objects between tags. Blocks
/// of code are understood too, since such models like them, Gemma above all.</summary>
internal static class GenericFormat
{
    public static ToolCallFormat Format { get; } = new CallFormat("generic")
    {
        Syntaxes =
        [
            Hermes.Tagged,
            new JsonCalls("```tool_call") { Closers = ["```"] },
            new JsonCalls("```json") { Closers = ["```"] },
            PythonCalls.ToolCode,
            new JsonCalls("{") { OnlyAtStart = true },
        ],
        Instructions =
            "You may call functions. To call one, write nothing but "
            + "<tool_call>{\"name\": \"the function's name\", \"arguments\": {its arguments}}</tool_call>, once for each call; "
            + "the result comes in the next message, between <tool_response> and </tool_response>. "
            + "Without need of a function, answer as usual.\n\nThe functions, as JSON:",
    };
}
