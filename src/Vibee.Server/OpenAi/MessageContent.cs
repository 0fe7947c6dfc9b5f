using System.Text.Json;
using System.Text.Json.Nodes;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>Reads a message's <c>content</c>: a string, or parts of which only text can be used.</summary>
internal static class MessageContent
{
    private const string Name = "content";

    public static JsonObject TextPart(string text) => new() { ["type"] = "text", ["text"] = text };

    /// <summary>Content as one string, parts joined by line breaks.</summary>
    public static string TextOf(JsonNode? content) => content switch
    {
        null => "",
        JsonArray parts => string.Join('\n', parts.Select(part => (string?)part!["text"])),
        _ => (string)content!,
    };

    public static JsonNode? Read(RequestFields message, string? role)
    {
        if (!message.Has(Name))
        {
            var mayBeAbsent = role == "assistant"
                && (message.Has("tool_calls") || message.Has("refusal") || message.Has("function_call"));
            if (!mayBeAbsent)
                message.Fail(Name, "invalid_value", $"'{message.PathOf(Name)}' is required for this role.");
            return null;
        }

        if (!message.TryGet(Name, "a string or an array of content parts", out var content, JsonValueKind.String, JsonValueKind.Array))
            return null;
        return content.ValueKind == JsonValueKind.String ? content.GetString() : ReadParts(message, content);
    }

    private static JsonArray ReadParts(RequestFields message, JsonElement parts)
    {
        if (parts.GetArrayLength() == 0)
            message.Fail(Name, "empty_array", $"'{message.PathOf(Name)}' must have at least one part.");

        return new JsonArray([.. message.Objects(Name, parts).Select(part => (JsonNode)TextPart(ReadPart(part) ?? ""))]);
    }

    private static string? ReadPart(RequestFields part)
    {
        part.Require("type", out _);
        switch (part.String("type"))
        {
            case null:
                return null;
            case "text":
                part.Require("text", out _);
                return part.String("text");
            case "refusal":
                part.Require("refusal", out _);
                return part.String("refusal");
            case "image_url" or "input_audio" or "file":
                part.Fail("type", "unsupported_value", $"'{part.PathOf("type")}': this model reads text only.");
                return null;
            default:
                part.Fail("type", "invalid_value", $"'{part.PathOf("type")}' is not a known kind of content.");
                return null;
        }
    }
}
