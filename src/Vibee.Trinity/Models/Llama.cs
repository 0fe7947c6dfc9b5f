using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// Llama 1 to 3, TinyLlama, Mistral, Mixtral and all that were converted to their form: norm, attention, norm, gated
/// feed-forward. What the other files of this folder describe are its variations.
/// </summary>
internal static class Llama
{
    public static Model Read(ModelReader model)
    {
        var shape = Shape.Read(model);
        var outside = new LayerReader(model, shape);
        // Llama 3 divides each pair's angle by a factor [rotated / 2].
        var rope = Rope.Read(model, shape, RopePairs.Neighbours, RopeFactors.Read(model, shape));
        // Mistral 7B of September 2023 saw 4,096 positions; where the key is absent, all.
        var window = model.Count("attention.sliding_window", 1 << 30, fallback: 0);
        return new Model
        {
            Shape = shape,
            Embedding = model.Matrix("token_embd.weight", shape.Width, shape.Vocabulary),
            Layers = [.. Enumerable.Range(0, shape.Layers).Select(i => Layer(new LayerReader(model, shape, i), shape, rope, window))],
            OutputNorm = outside.RmsNorm("output_norm"),
            Output = TiedOutput.Read(model, shape),
        };
    }

    private static Layer Layer(LayerReader read, Shape shape, Rope rope, int window) => new()
    {
        AttentionNorm = read.RmsNorm("attn_norm"),
        // q [width, heads x head], k and v [width, KV heads x head], output [heads x head, width]; biases in some
        Attention = read.Attention(rope) with { Window = window },
        FeedForwardNorm = read.RmsNorm("ffn_norm"),
        // gate and up [width, inner], down [inner, width]
        FeedForward = shape.Experts == 0 ? read.Gated(Activation.Silu, scaled: true) : null,
        // Mixtral: router [width, experts], the matrices once per expert
        Experts = shape.Experts > 0 ? read.Experts(Activation.Silu) : null,
    };
}
