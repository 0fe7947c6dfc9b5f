namespace Vibee.Bench;

/// <summary>What <c>vibee bench serve</c> found. Times are seconds, rates per second of the whole run.</summary>
internal sealed record LoadReport
{
    public required int Clients { get; init; }

    public required int Requests { get; init; }

    public required int Errors { get; init; }

    /// <summary>The first error's text, to know what went wrong.</summary>
    public required string? FirstError { get; init; }

    public required double Duration { get; init; }

    public required double RequestRate { get; init; }

    public required double PromptTokenRate { get; init; }

    public required double CompletionTokenRate { get; init; }

    public required Percentiles TimeToFirstToken { get; init; }

    public required Percentiles InterTokenLatency { get; init; }

    public required Percentiles RequestTime { get; init; }

    public static LoadReport From(LoadSettings settings, LoadResult[] results, TimeSpan duration)
    {
        var good = results.Where(result => result.Error is null).ToArray();
        var seconds = duration.TotalSeconds;
        return new LoadReport
        {
            Clients = settings.Clients,
            Requests = results.Length,
            Errors = results.Length - good.Length,
            FirstError = results.FirstOrDefault(result => result.Error is not null)?.Error,
            Duration = seconds,
            RequestRate = good.Length / seconds,
            PromptTokenRate = good.Sum(result => result.PromptTokens) / seconds,
            CompletionTokenRate = good.Sum(result => result.CompletionTokens) / seconds,
            TimeToFirstToken = Percentiles.Of(good.Where(result => result.ChunkTimes.Length > 0).Select(result => result.ChunkTimes[0])),
            InterTokenLatency = Percentiles.Of(good.SelectMany(result => result.ChunkTimes.Zip(result.ChunkTimes.Skip(1), (a, b) => b - a))),
            RequestTime = Percentiles.Of(good.Select(result => result.Total)),
        };
    }
}

/// <summary>Where half, nine tenths and 99 hundredths of the values lie below.</summary>
internal sealed record Percentiles(double P50, double P90, double P99)
{
    public static Percentiles Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? new(0, 0, 0) : new(At(0.5), At(0.9), At(0.99));

        double At(double share) => sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }
}
