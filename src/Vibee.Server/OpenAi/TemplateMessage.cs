using System.Text.Json.Nodes;

namespace Vibee.Server.OpenAi;

/// <summary>Parts of the messages that templates are given, whichever API they came by.</summary>
internal static class TemplateMessage
{
    /// <summary>Adds what the assistant thought.</summary>
    public static void AddReasoning(JsonObject message, string reasoning)
    {
        // Templates use one name or the other.
        message["reasoning_content"] = reasoning;
        message["reasoning"] = reasoning;
    }

    /// <summary>A call of a tool; without arguments it has none, which is an empty object.</summary>
    public static JsonNode ToolCall(string? id, string? name, string? arguments) => new JsonObject
    {
        ["id"] = id,
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = name,
            ["arguments"] = arguments is { Length: > 0 } ? arguments : "{}",
        },
    };
}
