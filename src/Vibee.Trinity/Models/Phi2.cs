using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// Phi 1, 1.5 and 2: attention and feed-forward read the same normed input and are added together; layer norms, biases
/// everywhere, no gate, and only some components of a head rotate.
/// </summary>
internal static class Phi2
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
            OutputNorm = new LayerReader(model, shape).LayerNorm("output_norm"),
            Output = TiedOutput.Read(model, shape),
        };
    }

    private static Layer Layer(LayerReader read, Rope rope) => new()
    {
        AttentionNorm = read.LayerNorm("attn_norm"),
        // q, k, v [width, width], in one matrix in some files
        Attention = read.Attention(rope),
        FeedForwardNorm = null,
        // up [width, inner], down [inner, width]
        FeedForward = read.Plain(Activation.Gelu),
    };
}
