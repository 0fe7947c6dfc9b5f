namespace Vibee.Bench.Engines;

internal enum EngineWork
{
    /// <summary>Many tokens of one sequence at once.</summary>
    Prefill,

    /// <summary>One token of every sequence at once.</summary>
    Decode,
}

/// <summary>One test and how long it took each time.</summary>
/// <param name="Work">What was evaluated.</param>
/// <param name="Sequences">How many at once.</param>
/// <param name="Tokens">Of all sequences and steps.</param>
/// <param name="TokensPerStep">In one forward call.</param>
internal sealed record EngineTiming(EngineWork Work, int Sequences, int Tokens, int TokensPerStep)
{
    /// <summary>For each repeat that came to its end.</summary>
    public List<double> Seconds { get; } = [];
}
