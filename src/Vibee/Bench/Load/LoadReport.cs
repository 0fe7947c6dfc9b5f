namespace Vibee.Bench.Load;

/// <summary>What <c>vibee bench serve</c> found. Times are seconds, rates per second of the whole run.</summary>
internal sealed record LoadReport
{
    /// <summary>Null where requests came at a rate.</summary>
    public required int? Clients { get; init; }

    /// <summary>What was asked for, conversations per second; null where clients waited for their answers.</summary>
    public required double? ArrivalRate { get; init; }

    public required int Turns { get; init; }

    /// <summary>Those that ended, well or not.</summary>
    public required int Requests { get; init; }

    public required int Errors { get; init; }

    /// <summary>The first error's text, to know what went wrong.</summary>
    public required string? FirstError { get; init; }

    /// <summary>Whether it was told to stop before the end.</summary>
    public required bool Interrupted { get; init; }

    public required double Duration { get; init; }

    public required long PromptTokens { get; init; }

    /// <summary>Of them, those that the server says it had in its cache.</summary>
    public required long CachedTokens { get; init; }

    public required long CompletionTokens { get; init; }

    public required double RequestRate { get; init; }

    public required double PromptTokenRate { get; init; }

    public required double CompletionTokenRate { get; init; }

    public required Percentiles? TimeToFirstToken { get; init; }

    public required Percentiles? InterTokenLatency { get; init; }

    public required Percentiles? RequestTime { get; init; }

    public static LoadReport From(LoadSettings settings, IReadOnlyList<LoadResult> results, TimeSpan duration, bool interrupted)
    {
        var good = results.Where(result => result.Error is null).ToArray();
        var seconds = duration.TotalSeconds;
        var promptTokens = good.Sum(result => (long)result.PromptTokens);
        var completionTokens = good.Sum(result => (long)result.CompletionTokens);
        return new LoadReport
        {
            Clients = settings.Clients,
            ArrivalRate = settings.Rate,
            Turns = settings.Turns,
            Requests = results.Count,
            Errors = results.Count - good.Length,
            FirstError = results.FirstOrDefault(result => result.Error is not null)?.Error,
            Interrupted = interrupted,
            Duration = seconds,
            PromptTokens = promptTokens,
            CachedTokens = good.Sum(result => (long)result.CachedTokens),
            CompletionTokens = completionTokens,
            RequestRate = good.Length / seconds,
            PromptTokenRate = promptTokens / seconds,
            CompletionTokenRate = completionTokens / seconds,
            TimeToFirstToken = Percentiles.Of(good.Where(result => result.ChunkTimes.Length > 0).Select(result => result.ChunkTimes[0])),
            InterTokenLatency = Percentiles.Of(good.SelectMany(result => result.InterTokenLatencies).Select(point => point.Latency)),
            RequestTime = Percentiles.Of(good.Select(result => result.Total)),
        };
    }
}
