using System.Text.Json.Nodes;
using Vibee.Engine;
using Vibee.Engine.Sampling;
using Vibee.Server.OpenAi;
using Vibee.Server.Requests;

namespace Vibee.Server.Anthropic;

/// <summary>A request to /v1/messages, read and checked.</summary>
internal sealed record MessagesRequest : ConversationRequest
{
    private const int MinThinkingBudget = 1024;

    public bool ShowThinking { get; init; }

    public static MessagesRequest Read(RequestFields fields, ServedModel served, SamplingParams defaults, ITokenizer tokenizer)
    {
        fields.Require("messages", out _);
        fields.Require("max_tokens", out _);
        return ReadToCount(fields, served, defaults, tokenizer);
    }

    /// <summary>Reads a request that only counts and needs no limit.</summary>
    public static MessagesRequest ReadToCount(RequestFields fields, ServedModel served, SamplingParams defaults, ITokenizer tokenizer)
    {
        fields.Require("messages", out _);
        var model = served.Resolve(fields);
        var messages = InputMessages.Read(fields);
        var maxTokens = fields.Integer("max_tokens", 1, int.MaxValue);
        var variables = new JsonObject();
        var thinks = ReadThinking(fields, maxTokens);
        if (thinks is not null)
            variables["enable_thinking"] = thinks;
        var format = ReadOutputConfig(fields, variables);
        var request = new MessagesRequest
        {
            Model = model,
            Prompt = ChatPrompt.Of(fields, "messages", messages, variables) with { Tools = ToolFields.ReadAnthropic(fields) },
            MaxTokens = maxTokens,
            Sampling = defaults with
            {
                Temperature = fields.Number("temperature", 0, 1) ?? defaults.Temperature,
                TopP = fields.Number("top_p", 0, 1) ?? defaults.TopP,
                TopK = fields.Integer("top_k", 0, int.MaxValue) ?? defaults.TopK,
            },
            Stops = fields.Array("stop_sequences") is null ? [] : SamplingFields.Stops(fields, "stop_sequences"),
            Format = OutputFormat.Read(fields, format),
            Stream = fields.Bool("stream") ?? false,
            ShowThinking = thinks ?? true, // a model that thinks unasked is better seen thinking than silent
        };
        if (fields.Array("mcp_servers") is { } servers && servers.GetArrayLength() > 0)
            fields.Fail(ApiError.Unsupported("mcp_servers"));
        if (fields.Schema is null && fields.Has("thread"))
            fields.Fail("thread", AnthropicError.ThreadUnsupported, "'thread': no conversation is kept here. Leave it out, and send all messages.");
        fields.Object("metadata")?.String("user_id");
        fields.Choice("service_tier", "auto", "standard_only");
        return request;
    }

    /// <returns>Whether the model is to think, or null where that is left to it.</returns>
    private static bool? ReadThinking(RequestFields fields, int? maxTokens)
    {
        if (fields.Object("thinking") is not { } thinking)
            return null;
        thinking.Require("type", out _);
        var type = thinking.Choice("type", "enabled", "disabled", "adaptive");
        if (type != "enabled")
            return type != "disabled";

        // A target, not a limit: a model cannot be told how long to think, and cutting it off would spoil the answer.
        thinking.Require("budget_tokens", out _);
        if (thinking.Integer("budget_tokens", MinThinkingBudget, int.MaxValue) >= maxTokens)
            thinking.Fail("budget_tokens", "invalid_value", "'thinking.budget_tokens' must be less than 'max_tokens'.");
        return true;
    }

    /// <returns>The format, which has stood in two places.</returns>
    private static OutputFormat? ReadOutputConfig(RequestFields fields, JsonObject variables)
    {
        var format = OutputFormat.ReadFlat(fields, "output_format", isNamed: false);
        if (fields.Object("output_config") is not { } config)
            return format;
        if (config.Choice("effort", "low", "medium", "high", "xhigh", "max") is { } effort)
            variables["reasoning_effort"] = effort;
        var newer = OutputFormat.ReadFlat(config, "format", isNamed: false);
        if (format is not null && newer is not null)
            fields.Fail("output_format", "invalid_value", "'output_config.format' and 'output_format' cannot be given together: an answer has one format.");
        return newer ?? format;
    }
}
