using Vibee.Gguf;

namespace Vibee.Bench;

/// <summary>The dimensions of a known model, for a file of random weights with the same speed.</summary>
/// <param name="Layers">Transformer blocks.</param>
/// <param name="Width">Length of an embedding.</param>
/// <param name="FeedForward">Width inside the feed-forward network.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="KeyValueHeads">Heads of keys and values, each shared by Heads / KeyValueHeads query heads.</param>
/// <param name="Vocabulary">Tokens.</param>
/// <param name="ContextLength">What the original was trained on.</param>
internal sealed record SynthShape(int Layers, int Width, int FeedForward, int Heads, int KeyValueHeads, int Vocabulary, int ContextLength)
{
    public static readonly IReadOnlyDictionary<string, SynthShape> Known = new Dictionary<string, SynthShape>
    {
        ["tinyllama-1.1b"] = new(22, 2048, 5632, 32, 4, 32000, 2048),
        ["mistral-7b"] = new(32, 4096, 14336, 32, 8, 32000, 32768),
        ["tiny"] = new(2, 256, 512, 4, 2, 1024, 512),
    };

    public int KeyValueWidth => Width / Heads * KeyValueHeads;
}

/// <summary>Which type each weight matrix has: one for all, or llama.cpp's mixture called Q4_K_M.</summary>
internal sealed record SynthQuantization(string Name, uint FileType, GgmlType Main, GgmlType Sensitive)
{
    public static readonly IReadOnlyDictionary<string, SynthQuantization> Known = new SynthQuantization[]
    {
        new("Q4_K_M", 15, GgmlType.Q4_K, GgmlType.Q6_K),
        new("Q8_0", 7, GgmlType.Q8_0, GgmlType.Q8_0),
        new("Q4_0", 2, GgmlType.Q4_0, GgmlType.Q6_K),
        new("TQ2_0", 37, GgmlType.TQ2_0, GgmlType.Q6_K),
        new("F16", 1, GgmlType.F16, GgmlType.F16),
    }.ToDictionary(quantization => quantization.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The type of attention values and the feed-forward's way down in one layer. Q4_K_M keeps the first
    /// and last eighth of the layers and every third between them more exact.</summary>
    public GgmlType Of(int layer, int layers)
    {
        var edge = layers / 8;
        var isSensitive = layer < edge || layer >= 7 * edge || (layer - edge) % 3 == 2;
        return FileType == 15 && isSensitive ? Sensitive : Main;
    }
}
