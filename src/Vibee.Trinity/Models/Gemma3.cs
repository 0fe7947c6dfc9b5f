using Vibee.Engine;
using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// Gemma 3: embeddings times the root of the width, norms also behind attention and feed-forward, norms on queries and
/// keys, a gate with GELU; five of six layers see a short window and rotate on a scale of their own.
/// </summary>
internal static class Gemma3
{
    // The 27B model divides scores by the root of width / heads instead of the head's length; its layers tell it apart.
    private const int LayersOf27B = 62;

    public static Model Read(ModelReader model)
    {
        var shape = Shape.Read(model);
        var far = Rope.Read(model, shape, RopePairs.Halves);
        var near = Rope.ReadLocal(model, shape, RopePairs.Halves);
        var window = model.Count("attention.sliding_window", 1 << 30, fallback: 0);
        var isNear = window == 0 ? new bool[shape.Layers] : NearLayers(model, shape);
        return new Model
        {
            Shape = shape,
            Embedding = model.Matrix("token_embd.weight", shape.Width, shape.Vocabulary),
            EmbeddingScale = MathF.Sqrt(shape.Width),
            Layers =
            [
                .. isNear.Select((local, i) =>
                    Layer(new LayerReader(model, shape, i), shape, local ? near : far, local ? window : 0)),
            ],
            OutputNorm = new LayerReader(model, shape).RmsNorm("output_norm"),
            Output = TiedOutput.Read(model, shape),
            LogitCap = model.Number("final_logit_softcapping", 0),
        };
    }

    private static Layer Layer(LayerReader read, Shape shape, Rope rope, int window) => new()
    {
        AttentionNorm = read.RmsNorm("attn_norm"),
        Attention = read.Attention(rope) with
        {
            QueryNorm = read.RmsNorm("attn_q_norm", shape.HeadLength),
            KeyNorm = read.RmsNorm("attn_k_norm", shape.HeadLength),
            Scale = 1 / MathF.Sqrt(shape.Layers == LayersOf27B ? shape.Width / shape.Heads : shape.HeadLength),
            Window = window,
        },
        PostAttentionNorm = read.RmsNorm("post_attention_norm"),
        FeedForwardNorm = read.RmsNorm("ffn_norm"),
        FeedForward = read.Gated(Activation.Gelu),
        PostFeedForwardNorm = read.RmsNorm("post_ffw_norm"),
    };

    private static bool[] NearLayers(ModelReader model, Shape shape)
    {
        if (model.Flags("attention.sliding_window_pattern") is { } named)
        {
            return named.Length == shape.Layers
                ? named
                : throw new RunnerException($"{model.Architecture}.attention.sliding_window_pattern does not name {shape.Layers} layers.");
        }

        var every = model.Count("attention.sliding_window_pattern", 1 << 12, fallback: 6);
        return [.. Enumerable.Range(0, shape.Layers).Select(i => i % every < every - 1)];
    }
}
