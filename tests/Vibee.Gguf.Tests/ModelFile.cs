namespace Vibee.Gguf.Tests;

/// <summary>A llama of two layers and the least vocabulary, right in every part, for a test to put one part wrong.</summary>
internal sealed class ModelFile
{
    public const int TokenCount = 3 + 256 + 3;

    public Dictionary<string, object> Values { get; } = new()
    {
        ["general.architecture"] = "llama",
        ["llama.context_length"] = 64u,
        ["llama.embedding_length"] = 8u,
        ["llama.block_count"] = 2u,
        ["llama.feed_forward_length"] = 16u,
        ["llama.attention.head_count"] = 2u,
        ["llama.attention.head_count_kv"] = 1u,
        ["llama.attention.layer_norm_rms_epsilon"] = 1e-5f,
        ["tokenizer.ggml.model"] = "llama",
        ["tokenizer.ggml.tokens"] = (string[])["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(i => $"<0x{i:X2}>"), "▁", "a", "b"],
        ["tokenizer.ggml.bos_token_id"] = 1u,
        ["tokenizer.ggml.padding_token_id"] = uint.MaxValue,
    };

    public Dictionary<string, (GgmlType Type, long[] Dimensions)> Tensors { get; } = AllTensors();

    public ModelFile Without(string tensor, bool all = false)
    {
        Tensors.Remove(tensor);
        if (all)
            Tensors.Clear();
        return this;
    }

    public GgufWriter ToWriter()
    {
        var writer = new GgufWriter();
        foreach (var (key, value) in Values)
            Add(writer, key, value);
        foreach (var (name, (type, dimensions)) in Tensors)
        {
            var length = dimensions.Aggregate(1L, (product, dimension) => product * dimension) / type.BlockSize() * type.TypeSize();
            writer.AddTensor(name, type, dimensions, new byte[length]);
        }
        return writer;
    }

    private static Dictionary<string, (GgmlType, long[])> AllTensors()
    {
        var tensors = new Dictionary<string, (GgmlType, long[])>
        {
            ["token_embd.weight"] = (GgmlType.F32, [8, TokenCount]),
            ["output_norm.weight"] = (GgmlType.F32, [8]),
        };
        for (var layer = 0; layer < 2; layer++)
        {
            tensors[$"blk.{layer}.attn_norm.weight"] = (GgmlType.F32, [8]);
            tensors[$"blk.{layer}.attn_q.weight"] = (GgmlType.F32, [8, 8]);
            tensors[$"blk.{layer}.attn_k.weight"] = (GgmlType.F32, [8, 4]);
            tensors[$"blk.{layer}.attn_v.weight"] = (GgmlType.F32, [8, 4]);
            tensors[$"blk.{layer}.attn_output.weight"] = (GgmlType.F32, [8, 8]);
            tensors[$"blk.{layer}.ffn_norm.weight"] = (GgmlType.F32, [8]);
            tensors[$"blk.{layer}.ffn_gate.weight"] = (GgmlType.F32, [8, 16]);
            tensors[$"blk.{layer}.ffn_up.weight"] = (GgmlType.F32, [8, 16]);
            tensors[$"blk.{layer}.ffn_down.weight"] = (GgmlType.F32, [16, 8]);
        }
        return tensors;
    }

    private static void Add(GgufWriter writer, string key, object value)
    {
        switch (value)
        {
            case string text:
                writer.Add(key, text);
                break;
            case uint number:
                writer.Add(key, number);
                break;
            case float number:
                writer.Add(key, number);
                break;
            case string[] texts:
                writer.Add(key, texts);
                break;
            case float[] numbers:
                writer.Add(key, numbers);
                break;
            case int[] numbers:
                writer.Add(key, numbers);
                break;
            default:
                throw new ArgumentException($"no test writes {value.GetType()}", nameof(value));
        }
    }
}
