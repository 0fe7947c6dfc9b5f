using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>
/// Phi 3, 3.5 and 4 mini: Llama with q, k and v in one matrix and gate and up in another, and for long contexts a second
/// set of factors for the rotation.
/// </summary>
/// <remarks>The window that some files name is not applied: neither does the reference, since they name it wrongly.</remarks>
internal static class Phi3
{
    public static Model Read(ModelReader model)
    {
        var shape = Shape.Read(model);
        var rope = Rope.Read(model, shape, RopePairs.Halves, RopeFactors.Read(model, shape));
        return new Model
        {
            Shape = shape,
            Embedding = model.Matrix("token_embd.weight", shape.Width, shape.Vocabulary),
            Layers = [.. Enumerable.Range(0, shape.Layers).Select(i => Layer(new LayerReader(model, shape, i), model, shape, rope, i))],
            OutputNorm = new LayerReader(model, shape).RmsNorm("output_norm"),
            Output = TiedOutput.Read(model, shape),
        };
    }

    private static Layer Layer(LayerReader read, ModelReader model, Shape shape, Rope rope, int index) => new()
    {
        AttentionNorm = read.RmsNorm("attn_norm"),
        Attention = read.Attention(rope),
        FeedForwardNorm = read.RmsNorm("ffn_norm"),
        FeedForward = FeedForward(model, shape, index),
    };

    private static FeedForward FeedForward(ModelReader model, Shape shape, int index)
    {
        // [width, 2 x inner]: the gate's outputs, then those it multiplies
        var both = new Linear(model.Matrix($"blk.{index}.ffn_up.weight", shape.Width, 2 * shape.Inner));
        return new FeedForward
        {
            Activation = Activation.Silu,
            Gate = both.Slice(0, shape.Inner),
            Up = both.Slice(shape.Inner, shape.Inner),
            Down = new Linear(model.Matrix($"blk.{index}.ffn_down.weight", shape.Inner, shape.Width)),
        };
    }
}
