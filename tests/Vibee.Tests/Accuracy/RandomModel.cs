using System.Runtime.InteropServices;
using Vibee.Bench.Synth;
using Vibee.Gguf;

namespace Vibee.Tests.Accuracy;

/// <summary>
/// Writes a small model of random weights in 32-bit floats. Queries and keys are large enough for attention to prefer some
/// positions, so that where a token stands and how far it sees shows in the logits.
/// </summary>
internal sealed class RandomModel
{
    public const int Width = 64;
    public const int Heads = 4;
    public const int KvHeads = 2;
    public const int HeadLength = Width / Heads;
    public const int Inner = 96;
    public const int Vocabulary = 400;
    public const int TrainedContext = 512;

    private readonly GgufWriter _writer = new();
    private readonly Random _random = new(7);
    private readonly string _architecture;

    public RandomModel(string architecture, int layers = 2)
    {
        _architecture = architecture;
        Layers = layers;
        _writer.Add("general.architecture", architecture);
        Add("block_count", (uint)layers);
        Add("context_length", (uint)TrainedContext);
        Add("embedding_length", (uint)Width);
        Add("feed_forward_length", (uint)Inner);
        Add("attention.head_count", (uint)Heads);
        Add("attention.head_count_kv", (uint)KvHeads);
        Add("attention.layer_norm_rms_epsilon", 1e-5f);
        Add("rope.dimension_count", (uint)HeadLength);
        SynthVocabulary.Add(_writer, Vocabulary);
        Matrix("token_embd", Width, Vocabulary, 1);
        Vector("output_norm.weight", Width, 1);
    }

    public int Layers { get; }

    public RandomModel Add(string key, uint value) => With(() => _writer.Add($"{_architecture}.{key}", value));

    public RandomModel Add(string key, float value) => With(() => _writer.Add($"{_architecture}.{key}", value));

    public RandomModel Add(string key, string value) => With(() => _writer.Add($"{_architecture}.{key}", value));

    public RandomModel Add(string key, bool[] values) => With(() => _writer.Add($"{_architecture}.{key}", values));

    /// <summary>Numbers around <paramref name="mean"/>.</summary>
    public RandomModel Vector(string name, int length, float mean) => Tensor(name, [length], () => mean + 0.2f * Normal());

    public RandomModel Numbers(string name, params float[] values)
    {
        var next = 0;
        return Tensor(name, [values.Length], () => values[next++]);
    }

    /// <summary>Of each layer: attn_q, attn_k and attn_v, and the rest of a llama.</summary>
    public RandomModel Llama(bool fused = false, bool biases = false)
    {
        for (var i = 0; i < Layers; i++)
        {
            Norm($"blk.{i}.attn_norm");
            if (fused)
                Matrix($"blk.{i}.attn_qkv", Width, Width + 2 * KvHeads * HeadLength, 2);
            else
                QueryKeyValue(i, biases);
            Matrix($"blk.{i}.attn_output", Width, Width, 1);
            Norm($"blk.{i}.ffn_norm");
            if (fused)
                Matrix($"blk.{i}.ffn_up", Width, 2 * Inner, 1);
            else
                Matrix($"blk.{i}.ffn_gate", Width, Inner, 1).Matrix($"blk.{i}.ffn_up", Width, Inner, 1);
            Matrix($"blk.{i}.ffn_down", Inner, Width, 1);
        }

        return this;
    }

    /// <summary>As <see cref="Llama"/>, with a vector per layer and name beside.</summary>
    public RandomModel EachLayer(Action<RandomModel, string> add)
    {
        for (var i = 0; i < Layers; i++)
            add(this, $"blk.{i}.");
        return this;
    }

    public RandomModel Norm(string name) => Vector($"{name}.weight", Width, 1);

    public RandomModel Output() => Matrix("output", Width, Vocabulary, 1);

    public string WriteTo(string path)
    {
        _writer.WriteTo(path);
        return path;
    }

    private void QueryKeyValue(int layer, bool biases)
    {
        foreach (var (part, rows) in new[] { ("attn_q", Width), ("attn_k", KvHeads * HeadLength), ("attn_v", KvHeads * HeadLength) })
        {
            Matrix($"blk.{layer}.{part}", Width, rows, part == "attn_v" ? 1 : 2);
            if (biases)
                Vector($"blk.{layer}.{part}.bias", rows, 0);
        }
    }

    private RandomModel Matrix(string name, int columns, int rows, float spread) =>
        Tensor($"{name}.weight", [columns, rows], () => spread / MathF.Sqrt(columns) * Normal());

    private RandomModel Tensor(string name, long[] dimensions, Func<float> number)
    {
        var numbers = new float[dimensions.Aggregate(1L, (product, dimension) => product * dimension)];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = number();
        _writer.AddTensor(name, GgmlType.F32, dimensions, MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray());
        return this;
    }

    private RandomModel With(Action add)
    {
        add();
        return this;
    }

    private float Normal() =>
        MathF.Sqrt(-2 * MathF.Log(1 - _random.NextSingle())) * MathF.Cos(2 * MathF.PI * _random.NextSingle());
}
