using Vibee.Gguf;

namespace Vibee.Bench.Synth;

/// <summary>Which type each weight matrix has: one for all, or llama.cpp's mixture called Q4_K_M.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="FileType">llama.cpp's number for it.</param>
/// <param name="Main">Most matrices.</param>
/// <param name="Sensitive">The output, and in Q4_K_M what <see cref="Of"/> says.</param>
/// <param name="Fused">Queries, keys and values in one matrix.</param>
internal sealed record SynthQuantization(string Name, uint FileType, GgmlType Main, GgmlType Sensitive, GgmlType Fused)
{
    public static readonly IReadOnlyDictionary<string, SynthQuantization> Known = new SynthQuantization[]
    {
        new("Q4_K_M", 15, GgmlType.Q4_K, GgmlType.Q6_K, GgmlType.Q5_K),
        new("Q8_0", 7, GgmlType.Q8_0, GgmlType.Q8_0, GgmlType.Q8_0),
        new("Q4_0", 2, GgmlType.Q4_0, GgmlType.Q6_K, GgmlType.Q4_0),
        new("TQ2_0", 37, GgmlType.TQ2_0, GgmlType.Q6_K, GgmlType.TQ2_0),
        new("F16", 1, GgmlType.F16, GgmlType.F16, GgmlType.F16),
    }.ToDictionary(quantization => quantization.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The type of the token embeddings: ternary ones would be no embeddings.</summary>
    public GgmlType Embedding => Main == GgmlType.TQ2_0 ? GgmlType.Q4_K : Main;

    /// <summary>The type of attention values and the feed-forward's way down in one layer. Q4_K_M keeps the first
    /// and last eighth of the layers and every third between them more exact.</summary>
    public GgmlType Of(int layer, int layers)
    {
        var edge = layers / 8;
        var isSensitive = layer < edge || layer >= 7 * edge || (layer - edge) % 3 == 2;
        return FileType == 15 && isSensitive ? Sensitive : Main;
    }
}
