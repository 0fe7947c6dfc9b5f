using System.Diagnostics;
using System.Diagnostics.Metrics;
using Vibee.Engine.Sampling;
using Vibee.Server.Generation;

namespace Vibee.Server.Observability;

/// <summary>Spans and metrics of generations as OpenTelemetry's semantic conventions for generative AI name them. They go out
/// over OTLP; <c>/metrics</c> has the same numbers under the product's own names.</summary>
/// <remarks>Conventions: https://opentelemetry.io/docs/specs/semconv/gen-ai. What was said is no part of them.</remarks>
internal sealed class GenAiTelemetry
{
    private const string Provider = "vibee";

    private readonly ActivitySource _source;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerOutputToken;
    private readonly Histogram<long> _tokens;

    public GenAiTelemetry(ActivitySource source, Meter meter)
    {
        _source = source;
        _duration = Seconds("gen_ai.server.request.duration", "Generative AI server request duration", Boundaries.Long);
        _timeToFirstToken = Seconds("gen_ai.server.time_to_first_token", "Time to the first token of a successful answer", Boundaries.Short);
        _timePerOutputToken = Seconds("gen_ai.server.time_per_output_token", "Time per token after the first of a successful answer", Boundaries.Short);
        _tokens = meter.CreateHistogram("gen_ai.client.token.usage", "{token}", "Tokens of prompts and of answers", tags: null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = Boundaries.Tokens });

        Histogram<double> Seconds(string name, string description, double[] boundaries) =>
            meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });
    }

    /// <summary>Begins the span of a generation; null where nobody listens.</summary>
    public Activity? Start(Answer answer)
    {
        var activity = _source.StartActivity($"{answer.Operation} {answer.Model}", ActivityKind.Internal);
        if (activity is not { IsAllDataRequested: true })
            return activity;
        var sequence = answer.Choices[0].Sequence;
        activity.SetTag("gen_ai.operation.name", answer.Operation);
        activity.SetTag("gen_ai.provider.name", Provider);
        activity.SetTag("gen_ai.request.model", answer.Model);
        activity.SetTag("gen_ai.request.max_tokens", sequence.MaxTokens);
        activity.SetTag("gen_ai.request.choice.count", answer.Choices.Count);
        Describe(activity, sequence.Sampling);
        return activity;
    }

    /// <summary>Ends it, and counts.</summary>
    public void Stop(Activity? activity, Answer answer, RequestNotes notes)
    {
        var usage = notes.Usage;
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("gen_ai.response.model", answer.Model);
            activity.SetTag("gen_ai.usage.input_tokens", usage.PromptTokens);
            activity.SetTag("gen_ai.usage.output_tokens", usage.CompletionTokens);
            activity.SetTag("gen_ai.usage.cache_read.input_tokens", usage.CachedTokens);
            activity.SetTag("gen_ai.response.finish_reasons", answer.Choices.Select(choice => choice.Ending ?? "cancelled").ToArray());
            if (ErrorOf(notes) is { } error)
            {
                activity.SetTag("error.type", error);
                activity.SetStatus(ActivityStatusCode.Error);
            }
        }

        activity?.Stop();
        Record(answer, notes);
    }

    private void Record(Answer answer, RequestNotes notes)
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", answer.Operation },
            { "gen_ai.provider.name", Provider },
            { "gen_ai.request.model", answer.Model },
            { "gen_ai.response.model", answer.Model },
        };
        RecordTokens("input", notes.Usage.PromptTokens, tags);
        RecordTokens("output", notes.Usage.CompletionTokens, tags);
        if (ErrorOf(notes) is { } error)
        {
            tags.Add("error.type", error);
        }
        else if (notes.TimeToFirstToken is { } first)
        {
            _timeToFirstToken.Record(first.TotalSeconds, tags);
            if (notes.Usage.CompletionTokens > 1)
                _timePerOutputToken.Record((notes.Elapsed - first).TotalSeconds / (notes.Usage.CompletionTokens - 1), tags);
        }

        _duration.Record(notes.Elapsed.TotalSeconds, tags);
    }

    private void RecordTokens(string type, int count, TagList tags)
    {
        tags.Add("gen_ai.token.type", type);
        _tokens.Record(count, tags);
    }

    private static string? ErrorOf(RequestNotes notes) => notes.FinishReason is null or "cancelled" ? "cancelled" : notes.FinishReason == "failed" ? "failed" : null;

    private static void Describe(Activity activity, SamplingParams sampling)
    {
        activity.SetTag("gen_ai.request.temperature", (double)sampling.Temperature);
        activity.SetTag("gen_ai.request.top_p", (double)sampling.TopP);
        activity.SetTag("gen_ai.request.top_k", sampling.TopK);
        activity.SetTag("gen_ai.request.frequency_penalty", (double)sampling.FrequencyPenalty);
        activity.SetTag("gen_ai.request.presence_penalty", (double)sampling.PresencePenalty);
        if (sampling.Seed is { } seed)
            activity.SetTag("gen_ai.request.seed", seed);
    }

    /// <summary>Those that the conventions advise.</summary>
    private static class Boundaries
    {
        public static readonly double[] Long = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
        public static readonly double[] Short = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
        public static readonly long[] Tokens = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576];
    }
}
