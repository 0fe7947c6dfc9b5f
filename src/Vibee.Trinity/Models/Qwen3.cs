using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// Qwen 3, dense (qwen3) and with experts (qwen3moe): Qwen 2 without the biases, but with a norm on each head's query and
/// key; a head's length is its own number, not width / heads.
/// </summary>
internal static class Qwen3
{
    public static Model Read(ModelReader model)
    {
        var shape = Shape.Read(model);
        var rope = Rope.Read(model, shape, RopePairs.Halves);
        return new Model
        {
            Shape = shape,
            Embedding = model.Matrix("token_embd.weight", shape.Width, shape.Vocabulary),
            Layers = [.. Enumerable.Range(0, shape.Layers).Select(i => Layer(new LayerReader(model, shape, i), shape, rope))],
            OutputNorm = new LayerReader(model, shape).RmsNorm("output_norm"),
            Output = TiedOutput.Read(model, shape),
        };
    }

    private static Layer Layer(LayerReader read, Shape shape, Rope rope) => new()
    {
        AttentionNorm = read.RmsNorm("attn_norm"),
        // q [width, heads x head], k and v [width, KV heads x head]
        Attention = read.Attention(rope) with
        {
            // [head], the same for all heads
            QueryNorm = read.RmsNorm("attn_q_norm", shape.HeadLength),
            KeyNorm = read.RmsNorm("attn_k_norm", shape.HeadLength),
        },
        FeedForwardNorm = read.RmsNorm("ffn_norm"),
        FeedForward = shape.Experts == 0 ? read.Gated(Activation.Silu, scaled: true) : null,
        Experts = shape.Experts > 0 ? read.Experts(Activation.Silu) : null,
    };
}
