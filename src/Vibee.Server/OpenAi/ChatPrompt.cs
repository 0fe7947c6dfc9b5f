using System.Text.Json.Nodes;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>What a chat's template is given, and the beginning of the answer where the client wrote it itself.</summary>
/// <param name="Messages">Without the one that the answer continues.</param>
/// <param name="AddGenerationPrompt">Whether the assistant's turn is opened.</param>
/// <param name="Prefill">The beginning of the answer.</param>
/// <param name="Variables">More for the template.</param>
internal sealed record ChatPrompt(JsonArray Messages, bool AddGenerationPrompt, string? Prefill, JsonObject Variables)
{
    public static ChatPrompt Read(RequestFields fields)
    {
        var messages = ChatMessages.Read(fields);
        var addGenerationPrompt = fields.Bool("add_generation_prompt");
        var continueFinal = fields.Bool("continue_final_message");
        var variables = ReadVariables(fields);
        if (addGenerationPrompt == true && continueFinal == true)
        {
            fields.Fail("add_generation_prompt", "invalid_value",
                "'add_generation_prompt' and 'continue_final_message' cannot both be true.");
        }

        if (fields.Problem is not null)
            return new ChatPrompt(messages, true, null, variables);

        var last = messages[^1]!.AsObject();
        var isAssistant = IsAssistant(last);
        if (continueFinal == true && !isAssistant)
            fields.Fail("messages", "invalid_value", "'continue_final_message' needs a last message from the assistant.");

        // A chat that ends with the assistant is to be continued unless the request says otherwise.
        var continues = isAssistant && (continueFinal ?? addGenerationPrompt ?? true);
        if (!continues)
            return new ChatPrompt(messages, addGenerationPrompt ?? true, null, variables);

        if (messages.Count > 1 && IsAssistant(messages[^2]!.AsObject()))
            fields.Fail("messages", "invalid_value", "Two messages of the assistant at the end cannot be continued.");
        if (last.ContainsKey("tool_calls"))
            fields.Fail("messages", "invalid_value", "A message with tool calls cannot be continued.");
        messages.RemoveAt(messages.Count - 1);
        return new ChatPrompt(messages, true, MessageContent.TextOf(last["content"]), variables);
    }

    private static bool IsAssistant(JsonObject message) => (string?)message["role"] == "assistant";

    private static JsonObject ReadVariables(RequestFields fields)
    {
        var variables = new JsonObject();
        if (fields.Choice("reasoning_effort", "none", "minimal", "low", "medium", "high", "xhigh", "max") is { } effort)
        {
            variables["enable_thinking"] = effort != "none";
            variables["reasoning_effort"] = effort;
        }

        if (fields.Bool("enable_thinking") is { } thinking)
            variables["enable_thinking"] = thinking;
        if (fields.Object("chat_template_kwargs") is not { } arguments)
            return variables;

        arguments.Bool("enable_thinking");
        foreach (var pair in arguments.Json.EnumerateObject())
            variables[pair.Name] = JsonNodes.Of(pair.Value);
        return variables;
    }
}
