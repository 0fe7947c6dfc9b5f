using System.Text.Json.Nodes;
using Vibee.Engine.Text;

namespace Vibee.Engine.Chat;

/// <summary>
/// What a chat template understands. A template does not declare it, so each property says how it was found: by what
/// the source reads, or by rendering a small conversation and looking for its words in the prompt. Rendering is the
/// surer way, since templates reach the same end by very different means.
/// </summary>
public sealed record TemplateTraits
{
    private const string Needle = "xqzneedle";

    /// <summary>The source has the word "developer". Otherwise such a message is better sent as system.</summary>
    public required bool KnowsDeveloperRole { get; init; }

    /// <summary>Rendered: a system message appears in the prompt, and does not make the template refuse.</summary>
    public required bool KnowsSystemRole { get; init; }

    /// <summary>Rendered: content that is a string appears in the prompt.</summary>
    public required bool AcceptsStringContent { get; init; }

    /// <summary>Rendered: content that is a list of text parts appears as its text alone, not printed as a list.
    /// Otherwise the parts must be joined first.</summary>
    public required bool AcceptsContentParts { get; init; }

    /// <summary>The source reads the variable `tools`.</summary>
    public required bool SupportsTools { get; init; }

    /// <summary>The source knows messages of the role "tool".</summary>
    public required bool KnowsToolRole { get; init; }

    /// <summary>The source has the word "tool_calls": it writes the calls of earlier turns.</summary>
    public required bool ShowsToolCalls { get; init; }

    /// <summary>Rendered: a call whose arguments are an object appears with them. When false, they go in as the
    /// string of JSON they came as.</summary>
    public required bool AcceptsObjectArguments { get; init; }

    /// <summary>The source reads the variable `enable_thinking`.</summary>
    public required bool ReadsEnableThinking { get; init; }

    /// <summary>The source reads the variable `reasoning_effort`.</summary>
    public required bool ReadsReasoningEffort { get; init; }

    /// <summary>The source has the word "reasoning_content": earlier reasoning can be handed to it.</summary>
    public required bool ReadsReasoningContent { get; init; }

    /// <summary>Rendered: with `enable_thinking` the prompt ends by opening a tag. When false, a model that thinks opens it
    /// itself.</summary>
    public required bool OpensReasoning { get; init; }

    internal static TemplateTraits Probe(ChatTemplate template) => new()
    {
        KnowsDeveloperRole = template.Mentions("developer"),
        KnowsSystemRole = Shows(template, Message("system", Needle), Message("user", "Hi")),
        AcceptsStringContent = Shows(template, Message("user", Needle)),
        AcceptsContentParts = Shows(template, Message("user", TextPart())),
        SupportsTools = template.Reads("tools"),
        KnowsToolRole = template.Mentions("tool"),
        ShowsToolCalls = template.Mentions("tool_calls"),
        // Some templates look for calls only where there is no content, and differ in what they take for none.
        AcceptsObjectArguments = ShowsCall(template, "") || ShowsCall(template, null),
        ReadsEnableThinking = template.Reads("enable_thinking"),
        ReadsReasoningEffort = template.Reads("reasoning_effort"),
        ReadsReasoningContent = template.Mentions("reasoning_content"),
        OpensReasoning = new ReasoningSplitter(Render(template, Message("user", "Hi"))).HasReasoning,
    };

    private static bool ShowsCall(ChatTemplate template, string? content)
    {
        if (!template.Mentions("tool_calls"))
            return false;
        var call = new JsonObject
        {
            ["id"] = "call00001",
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = "probe", ["arguments"] = new JsonObject { ["text"] = Needle } },
        };
        var assistant = Message("assistant", content);
        assistant["tool_calls"] = new JsonArray(call);
        var result = Message("tool", "done");
        result["tool_call_id"] = "call00001";
        result["name"] = "probe";
        return Shows(template, Message("user", "Hi"), assistant, result);
    }

    private static JsonObject Message(string role, JsonNode? content) => new() { ["role"] = role, ["content"] = content };

    private static JsonArray TextPart() => new(new JsonObject { ["type"] = "text", ["text"] = Needle });

    private static bool Shows(ChatTemplate template, params JsonObject[] messages)
    {
        var prompt = Render(template, messages);
        // A list that was printed shows its keys; a template that wanted a string may do that without complaint.
        return prompt.Contains(Needle) && !prompt.Contains("'type': 'text'") && !prompt.Contains("\"type\": \"text\"");
    }

    /// <returns>Nothing where the template refuses the messages.</returns>
    private static string Render(ChatTemplate template, params JsonObject[] messages)
    {
        var context = new JsonObject
        {
            ["messages"] = new JsonArray([.. messages]),
            ["add_generation_prompt"] = true,
            ["enable_thinking"] = true,
            ["bos_token"] = "",
            ["eos_token"] = "",
        };
        try
        {
            return template.Render(context);
        }
        catch (TemplateException)
        {
            return "";
        }
    }
}
