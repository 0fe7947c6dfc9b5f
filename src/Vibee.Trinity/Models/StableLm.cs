using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// StableLM 3B, Zephyr, StableLM 2: Llama with layer norms, of which only some components rotate. The 12B model has norms
/// on queries and keys, one per head, and no second norm: its feed-forward reads what attention reads.
/// </summary>
internal static class StableLm
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
            OutputNorm = new LayerReader(model, shape).LayerNorm("output_norm"),
            Output = TiedOutput.Read(model, shape),
        };
    }

    private static Layer Layer(LayerReader read, Shape shape, Rope rope) => new()
    {
        AttentionNorm = read.LayerNorm("attn_norm"),
        Attention = read.Attention(rope) with
        {
            // [head, heads]
            QueryNorm = read.Has("attn_q_norm.weight") ? read.LayerNorm("attn_q_norm", shape.QueryWidth) : null,
            KeyNorm = read.Has("attn_k_norm.weight") ? read.LayerNorm("attn_k_norm", shape.KvWidth) : null,
        },
        FeedForwardNorm = read.Has("ffn_norm.weight") ? read.LayerNorm("ffn_norm") : null,
        FeedForward = read.Gated(Activation.Silu),
    };
}
