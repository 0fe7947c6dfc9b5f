using Vibee.Engine;

namespace Vibee.Trinity.Models;

/// <summary>The sizes of a model, named once; tensor shapes follow from them.</summary>
internal sealed record Shape
{
    // Far above every published model, low enough that no product of two of these overflows.
    private const int Most = 1 << 20;

    private Shape()
    {
    }

    public required int Layers { get; init; }

    /// <summary>The length of a token's vector between layers.</summary>
    public required int Width { get; init; }

    public required int Vocabulary { get; init; }

    public required int TrainedContext { get; init; }

    /// <summary>Of queries.</summary>
    public required int Heads { get; init; }

    /// <summary>Of keys and values; <see cref="Heads"/> divided by it share one.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Components of a query, key or value.</summary>
    public required int HeadLength { get; init; }

    /// <summary>The first components of a head that rotate.</summary>
    public required int Rotated { get; init; }

    /// <summary>The width inside the feed-forward, of one expert where there are several.</summary>
    public required int Inner { get; init; }

    public required int Experts { get; init; }

    /// <summary>Experts asked per token.</summary>
    public required int ExpertsUsed { get; init; }

    public int QueryWidth => Heads * HeadLength;

    public int KvWidth => KvHeads * HeadLength;

    public static Shape Read(ModelReader model)
    {
        var width = model.Count("embedding_length", Most);
        var heads = model.Count("attention.head_count", 1 << 12);
        var headLength = model.Count("attention.key_length", 1 << 12, Math.Max(1, width / heads));
        var experts = model.Count("expert_count", 1 << 12, fallback: 0);
        var inner = model.Count("feed_forward_length", Most, fallback: 0);
        var shape = new Shape
        {
            Layers = model.Count("block_count", 1 << 12),
            Width = width,
            Vocabulary = model.Vocabulary(),
            TrainedContext = model.Count("context_length", 1 << 30),
            Heads = heads,
            KvHeads = model.Count("attention.head_count_kv", heads, heads),
            HeadLength = headLength,
            Rotated = model.Count("rope.dimension_count", headLength, headLength),
            Experts = experts,
            ExpertsUsed = experts == 0 ? 0 : model.Count("expert_used_count", experts),
            Inner = experts > 0 && model.Count("expert_feed_forward_length", Most, fallback: 0) is var own and > 0 ? own : inner,
        };
        if (shape.Heads % shape.KvHeads != 0)
            throw new RunnerException($"{model.Architecture}.attention.head_count_kv does not divide the {heads} heads.");
        if (shape.Rotated % 2 != 0)
            throw new RunnerException($"{model.Architecture}.rope.dimension_count is odd.");
        if (model.Count("attention.value_length", 1 << 12, headLength) != headLength)
            throw new RunnerException($"{model.Architecture}.attention.value_length differs from the keys', which Trinity does not run.");
        if (shape.Inner == 0)
            throw model.Missing($"{model.Architecture}.feed_forward_length");
        return shape;
    }
}
