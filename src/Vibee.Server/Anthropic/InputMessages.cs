using System.Text.Json;
using System.Text.Json.Nodes;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server.Anthropic;

/// <summary>Reads <c>system</c> and <c>messages</c> into the messages of a chat, for which templates are written:
/// results of tools become messages of their own.</summary>
internal static class InputMessages
{
    public static JsonArray Read(RequestFields request)
    {
        var result = new JsonArray();
        if (ReadTexts(request, "system") is { } system)
            result.Add((JsonNode)Message("system", system));
        if (request.Array("messages") is not { } messages)
            return result;
        if (messages.GetArrayLength() == 0)
            request.Fail("messages", "empty_array", "'messages' must have at least one message.");
        foreach (var message in request.Objects("messages", messages))
            ReadMessage(message, result);
        return result;
    }

    private static void ReadMessage(RequestFields message, JsonArray result)
    {
        message.Require("role", out _);
        var role = message.Choice("role", "user", "assistant");
        message.Require("content", out _);
        if (!message.TryGet("content", "a string or an array of content blocks", out var content, JsonValueKind.String, JsonValueKind.Array) || role is null)
            return;
        if (content.ValueKind == JsonValueKind.String)
            result.Add((JsonNode)Message(role, content.GetString()));
        else if (content.GetArrayLength() == 0)
            message.Fail("content", "empty_array", $"'{message.PathOf("content")}' must have at least one block.");
        else if (role == "user")
            ReadUser(message.Objects("content", content), result);
        else
            result.Add((JsonNode)ReadAssistant(message.Objects("content", content)));
    }

    private static void ReadUser(IEnumerable<RequestFields> blocks, JsonArray result)
    {
        JsonArray? texts = null;
        foreach (var block in blocks)
        {
            if (TypeOf(block) != "tool_result")
            {
                if (texts is null)
                    result.Add((JsonNode)Message("user", texts = []));
                texts.Add((JsonNode)MessageContent.TextPart(ReadText(block)));
                continue;
            }

            texts = null;
            block.Require("tool_use_id", out _);
            var content = ReadTexts(block, "content") ?? "";
            if (block.Bool("is_error") == true)
                content = $"The tool failed. {MessageContent.TextOf(content)}".TrimEnd(); // templates have no field for it
            var message = Message("tool", content);
            message["tool_call_id"] = block.String("tool_use_id");
            result.Add((JsonNode)message);
        }
    }

    private static JsonObject ReadAssistant(IEnumerable<RequestFields> blocks)
    {
        var texts = new JsonArray();
        var calls = new JsonArray();
        var thoughts = new List<string>();
        foreach (var block in blocks)
        {
            switch (TypeOf(block))
            {
                case "redacted_thinking":
                    break;
                case "thinking":
                    block.Require("thinking", out _);
                    thoughts.Add(block.String("thinking") ?? "");
                    break;
                case "tool_use":
                    calls.Add(ReadCall(block));
                    break;
                default:
                    texts.Add((JsonNode)MessageContent.TextPart(ReadText(block)));
                    break;
            }
        }

        var message = Message("assistant", texts.Count > 0 ? texts : calls.Count > 0 ? null : "");
        if (calls.Count > 0)
            message["tool_calls"] = calls;
        if (thoughts.Count > 0)
            TemplateMessage.AddReasoning(message, string.Join('\n', thoughts));
        return message;
    }

    private static JsonNode ReadCall(RequestFields block)
    {
        block.Require("name", out _);
        return TemplateMessage.ToolCall(block.String("id"), block.String("name"), block.Object("input")?.Json.GetRawText());
    }

    /// <summary>A string, or blocks of text.</summary>
    private static JsonNode? ReadTexts(RequestFields fields, string name)
    {
        if (!fields.TryGet(name, "a string or an array of text blocks", out var value, JsonValueKind.String, JsonValueKind.Array))
            return null;
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : new JsonArray([.. fields.Objects(name, value).Select(block => (JsonNode)MessageContent.TextPart(ReadText(block)))]);
    }

    private static string ReadText(RequestFields block)
    {
        switch (TypeOf(block))
        {
            case null:
                break;
            case "text":
                block.Require("text", out _);
                break;
            case "image" or "document" or "search_result":
                block.Fail("type", "unsupported_value", $"'{block.PathOf("type")}': this model reads text only.");
                break;
            default:
                block.Fail("type", "invalid_value", $"'{block.PathOf("type")}' is not a kind of content that may stand here.");
                break;
        }

        return block.String("text") ?? "";
    }

    private static string? TypeOf(RequestFields block)
    {
        block.Require("type", out _);
        return block.String("type");
    }

    private static JsonObject Message(string role, JsonNode? content) => new() { ["role"] = role, ["content"] = content };
}
