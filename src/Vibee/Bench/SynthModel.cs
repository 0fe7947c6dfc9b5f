using Vibee.Gguf;

namespace Vibee.Bench;

/// <summary>
/// Writes a model of random weights. It talks nonsense at exactly the speed of the model whose shape it has, so
/// speed can be measured, and measured again elsewhere, without a download: the same seed gives the same file.
/// </summary>
internal static class SynthModel
{
    public static void Write(string path, SynthShape shape, SynthQuantization quantization, int seed)
    {
        var writer = new GgufWriter();
        AddMetadata(writer, shape, quantization);
        AddVocabulary(writer, shape.Vocabulary);
        AddTensors(writer, shape, quantization, seed);
        writer.WriteTo(path);
    }

    private static void AddMetadata(GgufWriter writer, SynthShape shape, SynthQuantization quantization)
    {
        writer.Add("general.architecture", "llama");
        writer.Add("general.name", "synthetic");
        writer.Add("general.file_type", quantization.FileType);
        writer.Add("llama.block_count", (uint)shape.Layers);
        writer.Add("llama.context_length", (uint)shape.ContextLength);
        writer.Add("llama.embedding_length", (uint)shape.Width);
        writer.Add("llama.feed_forward_length", (uint)shape.FeedForward);
        writer.Add("llama.attention.head_count", (uint)shape.Heads);
        writer.Add("llama.attention.head_count_kv", (uint)shape.KeyValueHeads);
        writer.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        writer.Add("llama.rope.dimension_count", (uint)(shape.Width / shape.Heads));
        writer.Add("llama.vocab_size", (uint)shape.Vocabulary);
    }

    // Unknown, begin, end, the 256 bytes, then made-up words: every text can be encoded.
    private static void AddVocabulary(GgufWriter writer, int size)
    {
        const int FirstWord = 259;
        const string Consonants = "bcdfghjklmnprstvwz";
        const string Vowels = "aeiou";

        List<string> tokens = ["<unk>", "<s>", "</s>"];
        List<int> types = [2, 3, 3];
        for (var value = 0; value < 256; value++)
        {
            tokens.Add($"<0x{value:X2}>");
            types.Add(6);
        }

        // Single characters first: a tokenizer of this kind reaches longer pieces only by joining shorter ones.
        var pieces = new HashSet<string> { "▁" };
        foreach (var character in Consonants + Vowels)
            pieces.Add(character.ToString());
        foreach (var consonant in Consonants)
        {
            foreach (var vowel in Vowels)
                pieces.UnionWith([$"{consonant}{vowel}", $"▁{consonant}", $"▁{consonant}{vowel}"]);
        }

        for (var number = 0; pieces.Count < size - FirstWord; number++)
        {
            var (a, b, c) = (number % 90, number / 90 % 90, number / 8100);
            pieces.Add($"▁{Syllable(a)}{Syllable(b)}{(c > 0 ? Syllable(c) : "")}");
        }

        foreach (var piece in pieces.Take(size - FirstWord))
        {
            tokens.Add(piece);
            types.Add(1);
        }

        writer.Add("tokenizer.ggml.model", "llama");
        writer.Add("tokenizer.ggml.pre", "default");
        writer.Add("tokenizer.ggml.tokens", tokens);
        writer.Add("tokenizer.ggml.scores", Enumerable.Range(0, tokens.Count).Select(token => (float)-token).ToArray());
        writer.Add("tokenizer.ggml.token_type", types);
        writer.Add("tokenizer.ggml.bos_token_id", 1u);
        writer.Add("tokenizer.ggml.eos_token_id", 2u);
        writer.Add("tokenizer.ggml.unknown_token_id", 0u);

        static string Syllable(int number) => $"{Consonants[number / 5]}{Vowels[number % 5]}";
    }

    private static void AddTensors(GgufWriter writer, SynthShape shape, SynthQuantization quantization, int seed)
    {
        var random = new Random(seed);
        Add("token_embd.weight", quantization.Main == GgmlType.TQ2_0 ? GgmlType.Q4_K : quantization.Main, shape.Width, shape.Vocabulary);
        AddOnes("output_norm.weight");
        Add("output.weight", quantization.Sensitive, shape.Width, shape.Vocabulary);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var sensitive = quantization.Of(layer, shape.Layers);
            AddOnes($"blk.{layer}.attn_norm.weight");
            Add($"blk.{layer}.attn_q.weight", quantization.Main, shape.Width, shape.Width);
            Add($"blk.{layer}.attn_k.weight", quantization.Main, shape.Width, shape.KeyValueWidth);
            Add($"blk.{layer}.attn_v.weight", sensitive, shape.Width, shape.KeyValueWidth);
            Add($"blk.{layer}.attn_output.weight", quantization.Main, shape.Width, shape.Width);
            AddOnes($"blk.{layer}.ffn_norm.weight");
            Add($"blk.{layer}.ffn_gate.weight", quantization.Main, shape.Width, shape.FeedForward);
            Add($"blk.{layer}.ffn_up.weight", quantization.Main, shape.Width, shape.FeedForward);
            Add($"blk.{layer}.ffn_down.weight", sensitive, shape.FeedForward, shape.Width);
        }

        void Add(string name, GgmlType type, int columns, int rows)
        {
            var tensorSeed = random.Next();
            writer.AddTensor(name, type, [columns, rows], stream =>
                SynthWeights.Write(stream, type, (long)columns * rows, columns, new Random(tensorSeed)));
        }

        void AddOnes(string name) => writer.AddTensor(name, GgmlType.F32, [shape.Width], stream =>
        {
            for (var i = 0; i < shape.Width; i++)
                stream.Write([0, 0, 0x80, 0x3F]);
        });
    }
}
