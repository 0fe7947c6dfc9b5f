using System.Text.Json;
using Vibee.Engine;
using Vibee.Engine.Sampling;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>A chat request, read and checked.</summary>
internal sealed record ChatRequest : ConversationRequest
{
    private const int MaxChoices = 128;

    public int Choices { get; init; }

    public bool IncludeUsage { get; init; }

    public bool IncludeTimings { get; init; }

    /// <summary>Reads a request; whether it is any good, <see cref="RequestFields.Problem"/> says afterwards.</summary>
    public static ChatRequest Read(RequestFields fields, ServedModel served, SamplingParams defaults, ITokenizer tokenizer)
    {
        fields.Require("messages", out _);
        var model = served.Resolve(fields);
        var prompt = ChatPrompt.Read(fields);
        var (stream, includeUsage) = SamplingFields.Stream(fields);
        var maxTokens = SamplingFields.MaxTokens(fields, "max_completion_tokens", 1);
        var request = new ChatRequest
        {
            Model = model,
            Prompt = prompt with { Tools = ToolFields.ReadNested(fields) },
            MaxTokens = SamplingFields.MaxTokens(fields, "max_tokens", 1) is var older ? maxTokens ?? older : null,
            Sampling = SamplingFields.Read(fields, defaults, tokenizer.VocabularySize) with { TopLogprobs = Logprobs(fields) },
            Stops = SamplingFields.Stops(fields),
            Format = OutputFormat.Read(fields, OutputFormat.ReadNested(fields)),
            Prediction = ReadPrediction(fields),
            Choices = fields.Integer("n", 1, MaxChoices) ?? 1,
            Stream = stream,
            IncludeUsage = includeUsage,
            IncludeTimings = fields.Bool("timings_per_token") ?? false,
            SplitReasoning = fields.Choice("reasoning_format", "auto", "none", "deepseek", "deepseek-legacy") != "none",
            Echo = fields.Bool("echo") ?? false,
        };
        CheckModalities(fields);
        fields.Refuse("functions", "function_call", "web_search_options");
        if (fields.Integer("thinking_budget_tokens", -1, int.MaxValue) >= 0)
            fields.Fail(ApiError.Unsupported("thinking_budget_tokens"));
        SamplingFields.RefuseExtensions(fields);
        SamplingFields.CheckWithoutEffect(fields);
        return request;
    }

    private static string? ReadPrediction(RequestFields fields)
    {
        if (fields.Object("prediction") is not { } prediction)
            return null;
        if (prediction.Require("type", out _))
            prediction.Choice("type", "content");
        return prediction.Require("content", out _) ? MessageContent.TextOf(MessageContent.Read(prediction, role: null)) : null;
    }

    private static int? Logprobs(RequestFields fields)
    {
        var wanted = fields.Bool("logprobs") ?? false;
        var top = fields.Integer("top_logprobs", 0, 20);
        if (top > 0 && !wanted)
            fields.Fail("top_logprobs", "invalid_value", "'top_logprobs' needs 'logprobs': true.");
        return wanted ? top ?? 0 : null;
    }

    private static void CheckModalities(RequestFields fields)
    {
        fields.Refuse("audio");
        if (fields.Array("modalities") is not { } modalities)
            return;
        foreach (var modality in modalities.EnumerateArray())
        {
            if (modality.ValueKind != JsonValueKind.String || modality.GetString() != "text")
                fields.Fail(ApiError.Unsupported("modalities"));
        }
    }
}
