using Vibee.Engine.Caching;
using Vibee.Engine.Speculation;

namespace Vibee.Engine;

/// <summary>Settings of the engine that are not the runner's.</summary>
public sealed record EngineOptions
{
    /// <summary>Sequences that run at the same time; null is one for each of the runner's slots. Slots beyond them hold
    /// prefixes that are kept for later.</summary>
    public int? Parallel { get; init; }

    /// <summary>Where to keep prefixes that the KV cache has no room for, or null. The caller disposes it after the
    /// engine.</summary>
    public PrefixStore? Store { get; init; }

    /// <summary>Where drafts of what sequences say next come from. Without effect on a runner that does not share prefixes:
    /// it could not forget a draft that was wrong.</summary>
    public SpeculationKind Speculation { get; init; }

    /// <summary>Tells what steps cost, by which the engine decides how much it puts into one. Not what is said.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Sequences that may wait for a slot before new ones are refused.</summary>
    public int MaxQueue { get; init; } = 512;

    internal bool Speculates(IModelRunner runner) => Speculation != SpeculationKind.None && runner.Capacity.SharesPrefixes;
}
