using Vibee.Engine.Embeddings;
using Vibee.Engine.Sampling;
using Vibee.Gguf;

namespace Vibee.Engine;

/// <summary>Reads from a GGUF file what every runner says about its model in the same way.</summary>
public static class GgufModelInfo
{
    // No key of GGUF says it, but the models' cards do.
    private static readonly string[] MatryoshkaFamilies =
        ["qwen3-embedding", "embeddinggemma", "nomic-embed-text-v1.5", "nomic-embed-text-v2", "jina-embeddings-v3", "mxbai-embed-large",
            "snowflake-arctic-embed-m-v1.5", "snowflake-arctic-embed-l-v2", "snowflake-arctic-embed-m-v2"];

    /// <summary>Reads the metadata. Nothing of the result refers to the file. The texts of tokens are left to
    /// <see cref="ModelInfo.With"/>.</summary>
    /// <exception cref="GgufException">The file lacks what every model has.</exception>
    public static ModelInfo Read(GgufFile file)
    {
        var metadata = file.Metadata;
        var architecture = metadata.GetString("general.architecture") ?? throw Missing(file, "general.architecture");
        return new ModelInfo
        {
            Architecture = architecture,
            TrainedContextLength = Size(file, $"{architecture}.context_length"),
            EmbeddingLength = Size(file, $"{architecture}.embedding_length"),
            Pooling = metadata.GetInteger($"{architecture}.pooling_type") is { } pooling and >= (int)Pooling.Mean and <= (int)Pooling.Rank ? (Pooling)pooling : null,
            IsMatryoshka = IsMatryoshka(metadata.GetString("general.name")) || IsMatryoshka(metadata.GetString("general.basename")),
            ParameterCount = file.Tensors.Sum(tensor => tensor.ElementCount),
            SizeInBytes = file.Tensors.Sum(tensor => tensor.ByteLength),
            KvBytesPerToken = KvCell.Length(metadata) * sizeof(ushort),
            ChatTemplate = metadata.GetString("tokenizer.chat_template"),
            SamplingDefaults = Sampling(metadata),
        };
    }

    private static bool IsMatryoshka(string? name) =>
        name?.Replace(' ', '-') is { } known && MatryoshkaFamilies.Any(family => known.Contains(family, StringComparison.OrdinalIgnoreCase));

    private static int Size(GgufFile file, string key) =>
        file.Metadata.GetInteger(key) is { } value and > 0 and <= int.MaxValue ? (int)value : throw Missing(file, key);

    // A value out of range is worth no refusal: it was only a recommendation.
    private static SamplingParams Sampling(GgufMetadata metadata)
    {
        var defaults = SamplingParams.Default;
        return defaults with
        {
            Temperature = Number("temp", 0, 2) ?? defaults.Temperature,
            TopK = (int?)Number("top_k", 0, 1 << 24) ?? defaults.TopK,
            TopP = Number("top_p", 0, 1) ?? defaults.TopP,
            MinP = Number("min_p", 0, 1) ?? defaults.MinP,
            RepeatPenalty = Number("penalty_repeat", 0.01f, 10) ?? defaults.RepeatPenalty,
            RepeatWindow = (int?)Number("penalty_last_n", -1, 1 << 24) ?? defaults.RepeatWindow,
        };

        float? Number(string name, float least, float most) =>
            metadata.GetNumber($"general.sampling.{name}") is { } value && value >= least && value <= most ? (float)value : null;
    }

    private static GgufException Missing(GgufFile file, string key) => new(file.Path, $"the key {key} is missing or unfit");
}
