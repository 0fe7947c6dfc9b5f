using System.Text.Json;
using System.Text.Json.Nodes;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>Reads <c>input</c> into the messages of a chat, for which templates are written. What the assistant did in
/// one turn are several items there, and one message here.</summary>
internal sealed class ResponsesInput
{
    private readonly JsonArray _messages = [];
    private string? _reasoning;

    public static JsonArray Read(RequestFields request, string? instructions)
    {
        var input = new ResponsesInput();
        if (instructions is not null)
            input.Add("system", instructions);
        if (!request.TryGet("input", "a string or an array of items", out var items, JsonValueKind.String, JsonValueKind.Array))
            return input._messages;
        if (items.ValueKind == JsonValueKind.String)
            input.Add("user", items.GetString());
        else
            input.ReadItems(request, items);
        return input._messages;
    }

    private void ReadItems(RequestFields request, JsonElement items)
    {
        var before = _messages.Count;
        foreach (var item in request.Objects("input", items))
            ReadItem(item);
        if (_messages.Count == before)
            request.Fail("input", "empty_array", "'input' must have at least one message.");
    }

    private void ReadItem(RequestFields item)
    {
        switch (item.String("type") ?? "message")
        {
            case "message":
                ReadMessage(item);
                break;
            case "reasoning":
                ReadReasoning(item);
                break;
            case "function_call":
                ReadCall(item);
                break;
            case "function_call_output":
                item.Require("call_id", out _);
                item.Require("output", out _);
                Add("tool", ReadTexts(item, "output"))["tool_call_id"] = item.String("call_id");
                break;
            case "item_reference":
                item.Fail("type", "unsupported_value", $"'{item.PathOf("type")}': nothing is stored here to refer to; send the item itself.");
                break;
            default:
                item.Fail("type", "invalid_value", $"'{item.PathOf("type")}' is not a known kind of item.");
                break;
        }
    }

    private void ReadMessage(RequestFields item)
    {
        item.Require("role", out _);
        item.Require("content", out _);
        var role = item.Choice("role", "user", "assistant", "system", "developer");
        if (ReadTexts(item, "content") is { } content && role is not null)
            Add(role, content);
    }

    // It belongs to the message that comes next.
    private void ReadReasoning(RequestFields item)
    {
        if (item.Array("content") is not { } parts)
            return;
        var thoughts = item.Objects("content", parts).Select(part => part.String("text")).Where(text => text is { Length: > 0 });
        _reasoning = string.Join('\n', thoughts) is { Length: > 0 } text ? text : null;
    }

    private void ReadCall(RequestFields item)
    {
        item.Require("name", out _);
        item.Require("call_id", out _);
        var last = _messages.Count > 0 ? _messages[^1]!.AsObject() : null;
        var message = (string?)last?["role"] == "assistant" ? last! : Add("assistant", null);
        if (message["tool_calls"] is not JsonArray calls)
            message["tool_calls"] = calls = [];
        calls.Add(TemplateMessage.ToolCall(item.String("call_id"), item.String("name"), item.String("arguments")));
    }

    private JsonObject Add(string role, JsonNode? content)
    {
        var message = new JsonObject { ["role"] = role, ["content"] = content };
        if (role == "assistant" && _reasoning is not null)
            TemplateMessage.AddReasoning(message, _reasoning);
        _reasoning = null;
        _messages.Add((JsonNode)message);
        return message;
    }

    /// <summary>A string, or parts of text.</summary>
    private static JsonNode? ReadTexts(RequestFields item, string name)
    {
        if (!item.TryGet(name, "a string or an array of parts", out var value, JsonValueKind.String, JsonValueKind.Array))
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString();
        if (value.GetArrayLength() == 0)
            item.Fail(name, "empty_array", $"'{item.PathOf(name)}' must have at least one part.");
        else
            return new JsonArray([.. item.Objects(name, value).Select(part => (JsonNode)MessageContent.TextPart(ReadText(part)))]);
        return null;
    }

    private static string ReadText(RequestFields part)
    {
        part.Require("type", out _);
        switch (part.String("type"))
        {
            case null:
                return "";
            case "input_text" or "output_text" or "text":
                part.Require("text", out _);
                return part.String("text") ?? "";
            case "refusal":
                part.Require("refusal", out _);
                return part.String("refusal") ?? "";
            case "input_image" or "input_file" or "input_audio":
                part.Fail("type", "unsupported_value", $"'{part.PathOf("type")}': this model reads text only.");
                return "";
            default:
                part.Fail("type", "invalid_value", $"'{part.PathOf("type")}' is not a known kind of content.");
                return "";
        }
    }
}
