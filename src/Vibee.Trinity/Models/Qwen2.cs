using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>Qwen 1.5 to 2.5: Llama with biases on q, k and v, and pairs that rotate in halves.</summary>
internal static class Qwen2
{
    public static Model Read(ModelReader model)
    {
        var shape = Shape.Read(model);
        var rope = Rope.Read(model, shape, RopePairs.Halves);
        return new Model
        {
            Shape = shape,
            Embedding = model.Matrix("token_embd.weight", shape.Width, shape.Vocabulary),
            Layers = [.. Enumerable.Range(0, shape.Layers).Select(i => Layer(new LayerReader(model, shape, i), rope))],
            OutputNorm = new LayerReader(model, shape).RmsNorm("output_norm"),
            Output = TiedOutput.Read(model, shape),
        };
    }

    private static Layer Layer(LayerReader read, Rope rope) => new()
    {
        AttentionNorm = read.RmsNorm("attn_norm"),
        // q [width, width], k and v [width, KV heads x head], each with a bias
        Attention = read.Attention(rope),
        FeedForwardNorm = read.RmsNorm("ffn_norm"),
        FeedForward = read.Gated(Activation.Silu),
    };
}
