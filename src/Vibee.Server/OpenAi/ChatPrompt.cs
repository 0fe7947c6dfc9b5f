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
    /// <summary>What may be called; null where nothing may.</summary>
    public ToolUse? Tools { get; init; }

    /// <summary>The field of the request that the messages stood in.</summary>
    public string Source { get; private init; } = "messages";

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

        return Of(fields, "messages", messages, variables, addGenerationPrompt, continueFinal);
    }

    /// <summary>Decides whether the answer is a new message or continues the last one.</summary>
    public static ChatPrompt Of(
        RequestFields fields, string source, JsonArray messages, JsonObject variables, bool? addGenerationPrompt = null, bool? continueFinal = null)
    {
        if (fields.Problem is not null)
            return new ChatPrompt(messages, true, null, variables);

        var last = messages[^1]!.AsObject();
        var isAssistant = IsAssistant(last);
        if (continueFinal == true && !isAssistant)
            fields.Fail(source, "invalid_value", "'continue_final_message' needs a last message from the assistant.");

        // A chat that ends with the assistant is to be continued unless the request says otherwise.
        var continues = isAssistant && (continueFinal ?? addGenerationPrompt ?? true);
        if (!continues)
            return new ChatPrompt(messages, addGenerationPrompt ?? true, null, variables) { Source = source };

        if (messages.Count > 1 && IsAssistant(messages[^2]!.AsObject()))
            fields.Fail(source, "invalid_value", "Two messages of the assistant at the end cannot be continued.");
        if (last.ContainsKey("tool_calls"))
            fields.Fail(source, "invalid_value", "A message with tool calls cannot be continued.");
        messages.RemoveAt(messages.Count - 1);
        return new ChatPrompt(messages, true, MessageContent.TextOf(last["content"]), variables) { Source = source };
    }

    /// <summary>Reads what a request says to the template itself.</summary>
    public static JsonObject ReadVariables(RequestFields fields)
    {
        var variables = new JsonObject();
        ReadEffort(fields, "reasoning_effort", variables);
        if (fields.Bool("enable_thinking") is { } thinking)
            variables["enable_thinking"] = thinking;
        if (fields.Object("chat_template_kwargs") is not { } arguments)
            return variables;

        arguments.Bool("enable_thinking");
        foreach (var pair in arguments.Json.EnumerateObject())
            variables[pair.Name] = JsonNodes.Of(pair.Value);
        return variables;
    }

    /// <returns>How hard the model is asked to think, or null where the request is silent.</returns>
    public static string? ReadEffort(RequestFields fields, string name, JsonObject variables)
    {
        var effort = fields.Choice(name, "none", "minimal", "low", "medium", "high", "xhigh", "max");
        if (effort is not null)
        {
            variables["enable_thinking"] = effort != "none";
            variables["reasoning_effort"] = effort;
        }

        return effort;
    }

    private static bool IsAssistant(JsonObject message) => (string?)message["role"] == "assistant";
}
