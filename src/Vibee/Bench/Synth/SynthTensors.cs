using Vibee.Gguf;

namespace Vibee.Bench.Synth;

/// <summary>The tensors of a synthetic model. Matrices are random, norms do nothing, biases are zero.</summary>
internal sealed class SynthTensors(GgufWriter writer, SynthShape shape, SynthQuantization quantization, int seed)
{
    private readonly Random _random = new(seed);

    public void Add()
    {
        Matrix("token_embd", quantization.Embedding, shape.Width, shape.Vocabulary);
        Norm("output_norm");
        Linear("output", quantization.Sensitive, shape.Width, shape.Vocabulary);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var sensitive = quantization.Of(layer, shape.Layers);
            if (shape.Architecture == SynthArchitecture.Phi2)
                AddPhi2($"blk.{layer}.", sensitive);
            else
                AddLlama($"blk.{layer}.", sensitive);
        }
    }

    private void AddLlama(string layer, GgmlType sensitive)
    {
        Norm(layer + "attn_norm");
        Linear(layer + "attn_q", quantization.Main, shape.Width, shape.Width);
        Linear(layer + "attn_k", quantization.Main, shape.Width, shape.KeyValueWidth);
        Linear(layer + "attn_v", sensitive, shape.Width, shape.KeyValueWidth);
        Linear(layer + "attn_output", quantization.Main, shape.Width, shape.Width);
        Norm(layer + "ffn_norm");
        Linear(layer + "ffn_gate", quantization.Main, shape.Width, shape.FeedForward);
        Linear(layer + "ffn_up", quantization.Main, shape.Width, shape.FeedForward);
        Linear(layer + "ffn_down", sensitive, shape.FeedForward, shape.Width);
    }

    private void AddPhi2(string layer, GgmlType sensitive)
    {
        Norm(layer + "attn_norm");
        Linear(layer + "attn_qkv", quantization.Fused, shape.Width, shape.Width + 2 * shape.KeyValueWidth);
        Linear(layer + "attn_output", quantization.Main, shape.Width, shape.Width);
        Linear(layer + "ffn_up", quantization.Main, shape.Width, shape.FeedForward);
        Linear(layer + "ffn_down", sensitive, shape.FeedForward, shape.Width);
    }

    private bool HasBiases => shape.Architecture == SynthArchitecture.Phi2;

    private void Linear(string name, GgmlType type, int columns, int rows)
    {
        Matrix(name, type, columns, rows);
        if (HasBiases)
            Constant(name + ".bias", rows, 0);
    }

    private void Norm(string name)
    {
        Constant(name + ".weight", shape.Width, 1);
        if (HasBiases)
            Constant(name + ".bias", shape.Width, 0);
    }

    private void Matrix(string name, GgmlType type, int columns, int rows)
    {
        var tensorSeed = _random.Next();
        writer.AddTensor(name + ".weight", type, [columns, rows], stream =>
            SynthWeights.Write(stream, type, (long)columns * rows, columns, new Random(tensorSeed)));
    }

    private void Constant(string name, int length, float value) => writer.AddTensor(name, GgmlType.F32, [length], stream =>
    {
        for (var i = 0; i < length; i++)
            stream.Write(BitConverter.GetBytes(value));
    });
}
