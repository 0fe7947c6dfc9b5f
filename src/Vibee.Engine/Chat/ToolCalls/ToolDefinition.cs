using System.Text.Json.Nodes;

namespace Vibee.Engine.Chat.ToolCalls;

/// <summary>A function that a model may call.</summary>
/// <param name="Name">Letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Parameters">A JSON Schema of its arguments, which are an object; nobody changes it any more.</param>
public sealed record ToolDefinition(string Name, JsonObject Parameters)
{
    /// <summary>Where it stands in the request: what messages about its schema begin with.</summary>
    public string Place { get; init; } = "";

    /// <summary>The schemas of its arguments by name, in the order in which they were written.</summary>
    internal JsonObject? Properties => Parameters["properties"] as JsonObject;

    internal bool IsRequired(string property) =>
        Parameters["required"] is JsonArray required && required.Any(name => name is JsonValue value && value.TryGetValue(out string? text) && text == property);

    /// <summary>Whether an argument is always text, so that formats which write values without quotes mean one by
    /// whatever they write.</summary>
    internal bool IsText(string property) => Properties?[property] is JsonObject schema && IsText(schema);

    internal static bool IsText(JsonObject schema) => schema["type"] is JsonValue type && type.TryGetValue(out string? name) && name == "string";
}
