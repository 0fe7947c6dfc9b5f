using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>GPT-2: positions are learned and added to the embedding instead of rotated; layer norms, biases everywhere, q, k
/// and v in one matrix, no gate.</summary>
internal static class Gpt2
{
    public static Model Read(ModelReader model)
    {
        var shape = Shape.Read(model);
        return new Model
        {
            Shape = shape,
            Embedding = model.Matrix("token_embd.weight", shape.Width, shape.Vocabulary),
            Positions = model.Matrix("position_embd.weight", shape.Width, shape.TrainedContext),
            Layers = [.. Enumerable.Range(0, shape.Layers).Select(i => Layer(new LayerReader(model, shape, i)))],
            OutputNorm = new LayerReader(model, shape).LayerNorm("output_norm"),
            Output = TiedOutput.Read(model, shape),
        };
    }

    private static Layer Layer(LayerReader read) => new()
    {
        AttentionNorm = read.LayerNorm("attn_norm"),
        // q, k and v [width, 3 x width]
        Attention = read.Attention(rope: null),
        FeedForwardNorm = read.LayerNorm("ffn_norm"),
        // up [width, inner], down [inner, width]
        FeedForward = read.Plain(Activation.Gelu),
    };
}
