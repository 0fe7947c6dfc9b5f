namespace Vibee.Engine;

/// <summary>Settings of the engine that are not the runner's.</summary>
public sealed record EngineOptions
{
    /// <summary>Sequences that may wait for a slot before new ones are refused.</summary>
    public int MaxQueue { get; init; } = 512;
}
