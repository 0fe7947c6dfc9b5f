using Vibee.Engine;
using Vibee.Engine.Embeddings;

namespace Vibee.LlamaCpp;

/// <summary>How to load a model. Numbers are checked by the caller, which knows the names of its settings.</summary>
public sealed record LlamaOptions
{
    /// <summary>The GGUF file, or the first of a split model.</summary>
    public required string ModelPath { get; init; }

    /// <summary>The most positions of one slot, at least 1; null is what the model was trained on.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Slots that may be evaluated side by side, 1 to 256.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>More slots, to hold prefixes for later. A model with a recurrent state, of which nothing can be shared
    /// and of which each slot would need its own, gets none.</summary>
    public int PrefixSlots { get; init; }

    /// <summary>Positions of the KV cache for all slots together; null is <see cref="Slots"/> full contexts.</summary>
    public int? KvCells { get; init; }

    /// <summary>The most tokens of one forward call; raised to the number of slots where it is less.</summary>
    public int BatchTokens { get; init; } = 512;

    /// <summary>The most tokens of one batch that may ask for logits; null is one for each slot. llama.cpp reserves
    /// memory for as many rows: 300 MB for 512 rows of a vocabulary of 150,000.</summary>
    public int? BatchLogits { get; init; }

    /// <summary>Threads that compute, at least 1.</summary>
    public int Threads { get; init; } = 4;

    /// <summary>Layers to keep on the GPU; null is all where there is a GPU, 0 none.</summary>
    public int? GpuLayers { get; init; }

    /// <summary>Fused attention, which rounds differently; null lets llama.cpp choose, as llama-server does.</summary>
    public bool? FlashAttention { get; init; }

    /// <summary>How an embedder pools; null is what the file says.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>How keys and values are stored. <see cref="KvType.Q8"/> takes fused attention along.</summary>
    public KvType KvType { get; init; }

    /// <summary>The folder of a llama.cpp build to use instead of the one fetched by the build.</summary>
    public string? LibraryDirectory { get; init; }
}
