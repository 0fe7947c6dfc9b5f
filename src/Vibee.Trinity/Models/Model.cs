using Vibee.Trinity.Kernels;
using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// A decoder-only transformer as its file describes it: token vectors go through the layers one after the other, and the
/// last one's is compared with every token of the vocabulary. Architectures differ in which of the optional parts they
/// have; <see cref="Transformer"/> runs them all.
/// </summary>
internal sealed record Model
{
    public required Shape Shape { get; init; }

    /// <summary>[width, vocabulary]</summary>
    public required WeightMatrix Embedding { get; init; }

    /// <summary>What the embedding is multiplied with.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>[width, context]: added to the embedding, where positions are learned instead of rotated.</summary>
    public WeightMatrix? Positions { get; init; }

    public required Layer[] Layers { get; init; }

    public required Norm OutputNorm { get; init; }

    /// <summary>[width, vocabulary]; the embedding again in many models.</summary>
    public required Linear Output { get; init; }

    /// <summary>Logits are squeezed below it, c · tanh(x / c); 0 for not at all.</summary>
    public float LogitCap { get; init; }
}

/// <summary>
/// One layer: x += attention(norm(x)), then x += feedForward(norm(x)).
/// </summary>
internal sealed record Layer
{
    public required Norm AttentionNorm { get; init; }

    public required Attention Attention { get; init; }

    /// <summary>Norms what attention adds.</summary>
    public Norm? PostAttentionNorm { get; init; }

    /// <summary>None where the feed-forward reads the same normed input as attention (parallel residual).</summary>
    public required Norm? FeedForwardNorm { get; init; }

    /// <summary>This or <see cref="Experts"/>.</summary>
    public FeedForward? FeedForward { get; init; }

    public Experts? Experts { get; init; }

    /// <summary>Norms what the feed-forward adds.</summary>
    public Norm? PostFeedForwardNorm { get; init; }
}

/// <summary>Every head asks (query) all earlier positions of its sequence (keys) and takes a mean of their values.</summary>
internal sealed record Attention
{
    /// <summary>[width, heads × head length]</summary>
    public required Linear Query { get; init; }

    /// <summary>[width, KV heads × head length]</summary>
    public required Linear Key { get; init; }

    /// <summary>[width, KV heads × head length]</summary>
    public required Linear Value { get; init; }

    /// <summary>[heads × head length, width]</summary>
    public required Linear Output { get; init; }

    /// <summary>Of each head's query, before it rotates.</summary>
    public Norm? QueryNorm { get; init; }

    public Norm? KeyNorm { get; init; }

    /// <summary>Of all heads together, before <see cref="Output"/>.</summary>
    public Norm? InnerNorm { get; init; }

    /// <summary>None where positions are in the embedding.</summary>
    public Rope? Rope { get; init; }

    public ActivationForms InputForms => Query.Form | Key.Form | Value.Form;

    /// <summary>What scores are multiplied with.</summary>
    public required float Scale { get; init; }

    /// <summary>The most positions a token sees, itself included; 0 for all.</summary>
    public int Window { get; init; }

    /// <summary>The first position that the token at a position sees.</summary>
    public int Earliest(int position) => Window == 0 ? 0 : Math.Max(0, position + 1 - Window);
}

internal enum Activation
{
    Silu,
    Gelu,

    /// <summary>max(x, 0)²</summary>
    ReluSquared,
}

/// <summary>down(activation(gate(x)) · up(x)), or down(activation(up(x))) without a gate.</summary>
internal sealed record FeedForward
{
    public required Activation Activation { get; init; }

    /// <summary>[width, inner]</summary>
    public Linear? Gate { get; init; }

    /// <summary>[width, inner]</summary>
    public required Linear Up { get; init; }

    /// <summary>Of the product, before <see cref="Down"/>.</summary>
    public Norm? InnerNorm { get; init; }

    /// <summary>[inner, width]</summary>
    public required Linear Down { get; init; }

    public ActivationForms InputForms => Up.Form | (Gate?.Form ?? 0);
}

/// <summary>Several feed-forwards, of which each token asks the few that a router prefers (mixture of experts).</summary>
internal sealed record Experts
{
    /// <summary>[width, experts]</summary>
    public required Linear Router { get; init; }

    public required FeedForward[] All { get; init; }

    public ActivationForms InputForms => Router.Form | All[0].InputForms;

    /// <summary>Asked per token; what they answer is weighted by the router, the weights summing to one.</summary>
    public required int Used { get; init; }
}
