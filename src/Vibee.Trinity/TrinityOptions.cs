using Vibee.Engine;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity;

/// <summary>How to load a model into a <see cref="TrinityRunner"/>.</summary>
public sealed record TrinityOptions
{
    /// <summary>A GGUF file, or the first of a split one.</summary>
    public required string Path { get; init; }

    /// <summary>The most positions of one slot; 0 for what the model was trained on.</summary>
    public int ContextLength { get; init; } = 2048;

    /// <summary>Slots that may be evaluated side by side.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>More slots, to hold prefixes for later.</summary>
    public int PrefixSlots { get; init; }

    /// <summary>The most tokens of one forward call.</summary>
    public int BatchTokens { get; init; } = 512;

    /// <summary>Threads that compute, the engine's own included; 0 for one per core.</summary>
    public int Threads { get; init; }

    /// <summary>Positions of the KV cache for all slots together; 0 for every slot's full context.</summary>
    public int KvCells { get; init; }

    /// <summary>How keys and values are stored.</summary>
    public KvType KvType { get; init; }

    /// <summary>Directory that keeps packed weights for the next start; null for none.</summary>
    public string? PackCacheDirectory { get; init; }

    /// <summary>Bytes of packed weights below which they are not kept: packing them takes no time.</summary>
    public long PackCacheLeast { get; init; }

    /// <summary>What weights, KV cache and buffers may take together.</summary>
    public MemoryBudget Memory { get; init; } = new();

    /// <summary>Is told how far loading has come, from 0 to 1.</summary>
    public IProgress<float>? Progress { get; init; }

    /// <summary>Ends loading.</summary>
    public CancellationToken Cancellation { get; init; }
}
