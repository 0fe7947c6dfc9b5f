using System.Text.Json;
using System.Text.Json.Nodes;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>Reads the messages of a chat, checks them, and keeps of them what templates can use.</summary>
internal static class ChatMessages
{
    public static JsonArray Read(RequestFields request)
    {
        var result = new JsonArray();
        if (!request.Require("messages", out _) || request.Array("messages") is not { } messages)
            return result;
        if (messages.GetArrayLength() == 0)
            request.Fail("messages", "empty_array", "'messages' must have at least one message.");
        foreach (var message in request.Objects("messages", messages))
            result.Add((JsonNode)ReadMessage(message));
        return result;
    }

    private static JsonObject ReadMessage(RequestFields message)
    {
        message.Require("role", out _);
        var role = message.Choice("role", "system", "developer", "user", "assistant", "tool", "function");
        var result = new JsonObject { ["role"] = role };
        result["content"] = MessageContent.Read(message, role);
        if (message.String("name") is { } name)
            result["name"] = name;
        if (role == "tool" && message.Require("tool_call_id", out _))
            result["tool_call_id"] = message.String("tool_call_id");
        if (role != "assistant")
            return result;

        if ((message.String("reasoning_content") ?? message.String("reasoning")) is { } reasoning)
            TemplateMessage.AddReasoning(result, reasoning);
        if (message.String("refusal") is { } refusal)
            result["content"] ??= refusal;
        if (message.Bool("prefix") == true)
            result["prefix"] = true;
        if (message.Array("tool_calls") is { } calls && calls.GetArrayLength() > 0)
            result["tool_calls"] = ReadToolCalls(message, calls);
        else if (message.Object("function_call") is { } call)
            result["tool_calls"] = new JsonArray(ReadToolCall(null, call)); // what a call was called before there were several
        return result;
    }

    private static JsonArray ReadToolCalls(RequestFields message, JsonElement calls)
    {
        var result = new JsonArray();
        foreach (var call in message.Objects("tool_calls", calls))
        {
            call.Require("function", out _);
            if (call.Object("function") is { } function)
                result.Add(ReadToolCall(call.String("id"), function));
        }

        return result;
    }

    private static JsonNode ReadToolCall(string? id, RequestFields function)
    {
        function.Require("name", out _);
        return TemplateMessage.ToolCall(id, function.String("name"), function.String("arguments"));
    }
}
