using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// BitNet b1.58 (Ma et al. 2024): Llama with ternary weights, a scale per matrix, and a norm before each matrix that leads
/// out of attention and of the feed-forward, since activations are cut to 8 bits there. The models of 2025 (BitNet b1.58 2B4T)
/// square what ReLU leaves of the gate.
/// </summary>
internal static class BitNet
{
    public static Model Read(ModelReader model, Activation activation)
    {
        var shape = Shape.Read(model);
        var rope = Rope.Read(model, shape, RopePairs.Halves);
        var embedding = model.Matrix("token_embd.weight", shape.Width, shape.Vocabulary);
        return new Model
        {
            Shape = shape,
            Embedding = embedding,
            Layers = [.. Enumerable.Range(0, shape.Layers).Select(i => Layer(new LayerReader(model, shape, i), shape, rope, activation))],
            OutputNorm = new LayerReader(model, shape).RmsNorm("output_norm"),
            Output = new Linear(embedding),
        };
    }

    private static Layer Layer(LayerReader read, Shape shape, Rope rope, Activation activation) => new()
    {
        AttentionNorm = read.RmsNorm("attn_norm"),
        // [heads x head]
        Attention = read.Attention(rope) with { InnerNorm = read.RmsNorm("attn_sub_norm", shape.QueryWidth) },
        FeedForwardNorm = read.RmsNorm("ffn_norm"),
        // [inner]
        FeedForward = read.Gated(activation, scaled: true) with { InnerNorm = read.RmsNorm("ffn_sub_norm", shape.Inner) },
    };
}
