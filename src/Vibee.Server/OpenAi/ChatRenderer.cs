using System.Text.Json.Nodes;
using Vibee.Engine;
using Vibee.Engine.Chat;
using Vibee.Engine.Chat.ToolCalls;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>Turns a chat into the text that the model continues, as the model's own template says; a model without
/// one gets ChatML. Hands messages over in the form that this template understands.</summary>
internal sealed class ChatRenderer
{
    private const string ChatMl =
        "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content or '' }}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private readonly ModelInfo _model;
    private readonly ChatTemplate? _template;
    private readonly TemplateTraits? _traits;
    private readonly ToolMessages? _tools;
    private readonly string? _defect;

    public ChatRenderer(ModelInfo model)
    {
        _model = model;
        try
        {
            _template = ChatTemplate.Compile(model.ChatTemplate ?? ChatMl);
            _traits = _template.Traits;
            var format = ToolCallFormat.Of(_template.Source);
            Calls = _traits.SupportsTools || format.IsAlways || format.ReadsToolsFromSystem ? format : ToolCallFormat.Generic;
            _tools = new ToolMessages(_traits, Calls);
        }
        catch (TemplateException exception)
        {
            // The model is still good for completions.
            _defect = $"The model's chat template cannot be used: {exception.Message} (line {exception.Line}).";
        }
    }

    /// <summary>How the model calls tools.</summary>
    public ToolCallFormat Calls { get; } = ToolCallFormat.Generic;

    /// <returns>The text, or in <paramref name="error"/> why there is none: most often the template's own words on
    /// why it refuses these messages.</returns>
    public string? Render(ChatPrompt prompt, out string? error)
    {
        error = _defect;
        if (_template is null)
            return null;

        var tools = prompt.Tools is { IsForbidden: false } ? prompt.Tools : null;
        _tools!.Adapt(prompt.Messages, tools);
        foreach (var message in prompt.Messages)
            Adapt(message!.AsObject(), _traits!);
        var context = new JsonObject
        {
            ["messages"] = prompt.Messages,
            ["tools"] = _tools.ToolsFor(tools), // null too: templates are written for a caller that always passes it
            ["add_generation_prompt"] = prompt.AddGenerationPrompt,
            ["bos_token"] = _model.BeginText,
            ["eos_token"] = _model.EndText,
        };
        foreach (var (name, value) in prompt.Variables)
            context[name] = value?.DeepClone();

        try
        {
            return _template.Render(context) + prompt.Prefill;
        }
        catch (TemplateException exception)
        {
            error = exception.IsRaised
                ? exception.Message
                : $"The model's chat template failed on these messages: {exception.Message} (line {exception.Line}).";
            return null;
        }
    }

    /// <summary>Whether the model may begin its answer with a tag that opens reasoning: it knows the tag, and it is not left
    /// to the template to open it.</summary>
    public bool LetsOpen(string tag, ChatPrompt prompt) =>
        _template is not null && !_traits!.OpensReasoning && _template.Source.Contains(tag, StringComparison.Ordinal)
        && !(prompt.Variables["enable_thinking"] is JsonValue value && value.TryGetValue(out bool thinks) && !thinks);

    private static void Adapt(JsonObject message, TemplateTraits traits)
    {
        if ((string?)message["role"] == "developer" && !traits.KnowsDeveloperRole)
            message["role"] = "system";

        var content = message["content"];
        if (content is JsonArray && !traits.AcceptsContentParts)
            message["content"] = MessageContent.TextOf(content);
        else if (content is JsonValue text && !traits.AcceptsStringContent && traits.AcceptsContentParts)
            message["content"] = new JsonArray(MessageContent.TextPart((string)text!));

        if (!traits.AcceptsObjectArguments || message["tool_calls"] is not JsonArray calls)
            return;
        foreach (var call in calls)
        {
            // A model may have written something that is no object: then the template gets it as it is.
            var function = call!["function"]!;
            if (JsonNodes.Parse((string)function["arguments"]!) is JsonObject arguments)
                function["arguments"] = arguments;
        }
    }
}
