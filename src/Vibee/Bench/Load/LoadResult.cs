namespace Vibee.Bench.Load;

/// <summary>One request as the client saw it.</summary>
internal sealed record LoadResult
{
    public string? Error { get; init; }

    /// <summary>Seconds from the beginning of the test.</summary>
    public double Start { get; init; }

    /// <summary>Of its conversation, from 0.</summary>
    public int Turn { get; init; }

    public int PromptTokens { get; init; }

    /// <summary>Those of <see cref="PromptTokens"/> that the server says it had in its cache.</summary>
    public int CachedTokens { get; init; }

    public int CompletionTokens { get; init; }

    /// <summary>Seconds from <see cref="Start"/>.</summary>
    public double Total { get; init; }

    /// <summary>When each piece of text arrived, in seconds from <see cref="Start"/>.</summary>
    public double[] ChunkTimes { get; init; } = [];

    public string Text { get; init; } = "";

    /// <summary>Each piece of text after the first: when it arrived, from the beginning of the test, and how long after
    /// the one before it.</summary>
    public IEnumerable<(double Time, double Latency)> InterTokenLatencies =>
        ChunkTimes.Zip(ChunkTimes.Skip(1), (before, after) => (Start + after, after - before));
}
