using Vibee.Engine.Sampling;
using Vibee.Server.Requests;

namespace Vibee.Server.OpenAi;

/// <summary>A completion request, read and checked.</summary>
internal sealed record CompletionRequest
{
    /// <summary>The most texts one request may ask for, all prompts together.</summary>
    public const int MaxChoices = 128;

    private const int DefaultMaxTokens = 16;

    public required string Model { get; init; }

    public required IReadOnlyList<PreparedPrompt> Prompts { get; init; }

    public required SamplingParams Sampling { get; init; }

    public required string[] Stops { get; init; }

    /// <summary>What each text must be; null if it is free.</summary>
    public OutputFormat? Format { get; init; }

    public int MaxTokens { get; init; }

    /// <summary>Choices of each prompt.</summary>
    public int Choices { get; init; }

    /// <summary>Texts generated for each prompt, of which the best become the choices.</summary>
    public int BestOf { get; init; }

    public bool Echo { get; init; }

    public bool Stream { get; init; }

    public bool IncludeUsage { get; init; }

    public bool IncludeTimings { get; init; }

    /// <summary>Reads a request; whether it is any good, <see cref="RequestFields.Problem"/> says afterwards.</summary>
    public static CompletionRequest Read(RequestFields fields, ServedModel served, SamplingParams defaults, LoadedModel model)
    {
        fields.Require("prompt", out _);
        var (stream, includeUsage) = SamplingFields.Stream(fields);
        var choices = fields.Integer("n", 1, MaxChoices) ?? 1;
        var request = new CompletionRequest
        {
            Model = served.Resolve(fields),
            Prompts = new TextInputs(fields, "prompt", MaxChoices, model.Tokenizer)
            {
                CheckText = (text, _) => model.CheckText(text, "prompt"),
                CheckLength = (tokens, _) => model.CheckLength(tokens, "prompt"),
            }.Read(),
            MaxTokens = MaxTokensOf(fields),
            Sampling = SamplingFields.Read(fields, defaults, model.Tokenizer.VocabularySize) with { TopLogprobs = fields.Integer("logprobs", 0, 20) },
            Stops = SamplingFields.Stops(fields),
            Format = OutputFormat.Read(fields, OutputFormat.ReadNested(fields)),
            Choices = choices,
            BestOf = ReadBestOf(fields, choices, stream),
            Echo = fields.Bool("echo") ?? false,
            Stream = stream,
            IncludeUsage = includeUsage,
            IncludeTimings = fields.Bool("timings_per_token") ?? false,
        };
        if (request.BestOf * request.Prompts.Count > MaxChoices)
        {
            var name = request.BestOf > choices ? "best_of" : "n";
            fields.Fail(name, "integer_above_max_value", $"'{name}' times the number of prompts must be at most {MaxChoices}.");
        }

        if (fields.String("suffix") is { Length: > 0 })
            fields.Fail(ApiError.Unsupported("suffix"));
        SamplingFields.RefuseExtensions(fields);
        SamplingFields.CheckWithoutEffect(fields);
        return request;
    }

    private static int MaxTokensOf(RequestFields fields)
    {
        var maxTokens = SamplingFields.MaxTokens(fields, "max_tokens", 0) ?? DefaultMaxTokens;
        if (maxTokens == 0 && fields.Bool("echo") != true)
            fields.Fail("max_tokens", "integer_below_min_value", "'max_tokens' must be at least 1; 0, which only scores the prompt, needs 'echo': true.");
        return maxTokens;
    }

    private static int ReadBestOf(RequestFields fields, int choices, bool stream)
    {
        if (fields.Integer("best_of", 0, 20) is not { } bestOf)
            return choices;
        if (bestOf < choices)
            fields.Fail("best_of", "invalid_value", "'best_of' must be at least 'n'.");
        else if (bestOf > 1 && stream)
            fields.Fail("best_of", "invalid_value", "'best_of' cannot be streamed.");
        return bestOf;
    }
}
