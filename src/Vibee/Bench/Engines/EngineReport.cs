namespace Vibee.Bench.Engines;

/// <summary>What <c>vibee bench engine</c> found. Rates are per second.</summary>
internal sealed record EngineReport
{
    public required string Model { get; init; }

    public required string Architecture { get; init; }

    public required long ModelBytes { get; init; }

    public required long Parameters { get; init; }

    public required string Engine { get; init; }

    public required int Threads { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int Prompt { get; init; }

    /// <summary>Tokens that each sequence generated.</summary>
    public required int Generate { get; init; }

    /// <summary>Tokens in the context beforehand.</summary>
    public required int Depth { get; init; }

    /// <summary>Most tokens of one step.</summary>
    public required int BatchSize { get; init; }

    public required int Repeats { get; init; }

    /// <summary>Bytes that as many threads read from memory when they do nothing else.</summary>
    public required double MemoryBandwidth { get; init; }

    /// <summary>Whether it was told to stop before the end.</summary>
    public required bool Interrupted { get; init; }

    public required EngineMeasurement[] Measurements { get; init; }
}

/// <summary>One line of the report.</summary>
internal sealed record EngineMeasurement
{
    /// <summary><c>prefill</c> or <c>decode</c>.</summary>
    public required string Work { get; init; }

    public required int Sequences { get; init; }

    /// <summary>Evaluated in each repeat, of all sequences.</summary>
    public required int Tokens { get; init; }

    /// <summary>Tokens per second in each repeat that came to its end.</summary>
    public required double[] Rates { get; init; }

    public required double Median { get; init; }

    public required double Least { get; init; }

    public required double Most { get; init; }

    /// <summary>Weights read, in bytes; without the KV cache.</summary>
    public required double WeightRate { get; init; }

    /// <summary><see cref="WeightRate"/> as a part of <see cref="EngineReport.MemoryBandwidth"/>. Above 1 where the
    /// weights stay in the processor's caches, or on a GPU.</summary>
    public required double BandwidthShare { get; init; }

    public static EngineMeasurement From(EngineTiming timing, WeightTraffic weights, double bandwidth)
    {
        var rates = timing.Seconds.Select(seconds => timing.Tokens / seconds).Order().ToArray();
        var median = rates.Length == 0 ? 0 : (rates[(rates.Length - 1) / 2] + rates[rates.Length / 2]) / 2;
        var weightRate = weights.BytesPerStep(timing.TokensPerStep) * median / timing.TokensPerStep;
        return new EngineMeasurement
        {
            Work = timing.Work == EngineWork.Prefill ? "prefill" : "decode",
            Sequences = timing.Sequences,
            Tokens = timing.Tokens,
            Rates = [.. timing.Seconds.Select(seconds => timing.Tokens / seconds)],
            Median = median,
            Least = rates.FirstOrDefault(),
            Most = rates.LastOrDefault(),
            WeightRate = weightRate,
            BandwidthShare = weightRate / bandwidth,
        };
    }
}
