using System.Runtime.InteropServices;
using Vibee.Engine.Embeddings;
using Vibee.Gguf;

namespace Vibee.LlamaCpp.Tests;

/// <summary>
/// An encoder of two layers and random weights, the same each time, with a WordPiece vocabulary of letters and a few words.
/// The golden values were recorded from what this writes, so a change here asks for new ones.
/// </summary>
internal sealed class TinyBert
{
    public const int ContextLength = 64;

    private const int Width = 32;
    private const int Inner = 64;

    private static readonly string[] Words = ["hello", "world", "the", "dog", "cat", "machine", "learn", "paris", "is", "a", "city"];

    private readonly GgufWriter _writer = new();
    private uint _state = 2463534242;

    private TinyBert(Pooling? pooling)
    {
        string[] tokens =
        [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ing",
            .. Words.Select(word => "\u2581" + word),
            .. Letters.Where(letter => letter != "a").Select(letter => "\u2581" + letter),
            .. Letters,
            "\u2581.", "\u2581,",
        ];
        _writer.Add("general.architecture", "bert");
        _writer.Add("bert.context_length", (uint)ContextLength);
        _writer.Add("bert.embedding_length", (uint)Width);
        _writer.Add("bert.block_count", 2u);
        _writer.Add("bert.feed_forward_length", (uint)Inner);
        _writer.Add("bert.attention.head_count", 4u);
        _writer.Add("bert.attention.layer_norm_epsilon", 1e-12f);
        _writer.Add("bert.attention.causal", false);
        if (pooling is { } way)
            _writer.Add("bert.pooling_type", (uint)way);
        _writer.Add("tokenizer.ggml.model", "bert");
        _writer.Add("tokenizer.ggml.token_type_count", 2u);
        _writer.Add("tokenizer.ggml.tokens", tokens);
        _writer.Add("tokenizer.ggml.token_type", [.. tokens.Select(token => token[0] == '[' ? 3 : 1)]);
        _writer.Add("tokenizer.ggml.padding_token_id", 0u);
        _writer.Add("tokenizer.ggml.unknown_token_id", 1u);
        _writer.Add("tokenizer.ggml.bos_token_id", 2u);
        _writer.Add("tokenizer.ggml.seperator_token_id", 3u);
        _writer.Add("tokenizer.ggml.mask_token_id", 4u);

        Matrix("token_embd", Width, tokens.Length);
        Matrix("token_types", Width, 2);
        Matrix("position_embd", Width, ContextLength);
        Norm("token_embd_norm");
        for (var layer = 0; layer < 2; layer++)
        {
            foreach (var part in (string[])["attn_q", "attn_k", "attn_v", "attn_output"])
                Linear($"blk.{layer}.{part}", Width, Width);
            Norm($"blk.{layer}.attn_output_norm");
            Linear($"blk.{layer}.ffn_up", Width, Inner);
            Linear($"blk.{layer}.ffn_down", Inner, Width);
            Norm($"blk.{layer}.layer_output_norm");
        }

        Linear("cls", Width, Width);
        Linear("cls.output", Width, 1);
    }

    private static IEnumerable<string> Letters => Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString());

    /// <param name="path">Where to.</param>
    /// <param name="pooling">What the file says of it, if anything.</param>
    public static void Write(string path, Pooling? pooling) => new TinyBert(pooling)._writer.WriteTo(path);

    private void Linear(string name, int columns, int rows)
    {
        Matrix(name, columns, rows);
        Add($"{name}.bias", [rows], rows, () => 0.1f * Next());
    }

    private void Matrix(string name, int columns, int rows) => Add($"{name}.weight", [columns, rows], columns * rows, () => 0.4f * Next());

    private void Norm(string name)
    {
        Add($"{name}.weight", [Width], Width, () => 1 + 0.1f * Next());
        Add($"{name}.bias", [Width], Width, () => 0.1f * Next());
    }

    private void Add(string name, long[] dimensions, int count, Func<float> next)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = next();
        _writer.AddTensor(name, GgmlType.F32, dimensions, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    /// <summary>From −1 to 1 (Marsaglia's xorshift32): the same for ever, which <see cref="Random"/> does not promise.</summary>
    private float Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return _state / (float)uint.MaxValue * 2 - 1;
    }
}
