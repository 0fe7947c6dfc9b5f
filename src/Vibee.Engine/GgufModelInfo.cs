using Vibee.Engine.Sampling;
using Vibee.Gguf;

namespace Vibee.Engine;

/// <summary>Reads from a GGUF file what every runner says about its model in the same way.</summary>
public static class GgufModelInfo
{
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
            ParameterCount = file.Tensors.Sum(tensor => tensor.ElementCount),
            SizeInBytes = file.Tensors.Sum(tensor => tensor.ByteLength),
            KvBytesPerToken = KvBytesPerToken(metadata, architecture),
            ChatTemplate = metadata.GetString("tokenizer.chat_template"),
            SamplingDefaults = Sampling(metadata),
        };
    }

    private static int Size(GgufFile file, string key) =>
        file.Metadata.GetInteger(key) is { } value and > 0 and <= int.MaxValue ? (int)value : throw Missing(file, key);

    // The sizes are as hostile as the file: what no model has is taken for unknown.
    private static long KvBytesPerToken(GgufMetadata metadata, string architecture)
    {
        const long Most = 1 << 24;
        var layers = Math.Min(Integer("block_count") ?? 0, 1024);
        var headLength = Integer("embedding_length") / Each("attention.head_count", 0) ?? 0;
        var length = (Integer("attention.key_length") ?? headLength) + (Integer("attention.value_length") ?? headLength);
        long heads = 0;
        for (var layer = 0; layer < layers; layer++)
            heads += Each("attention.head_count_kv", layer) ?? Each("attention.head_count", layer) ?? 0;
        return heads * length * sizeof(ushort);

        long? Integer(string name) => metadata.GetInteger($"{architecture}.{name}") is { } value and > 0 and <= Most ? value : null;

        // Given once, or for each layer; a layer without attention has 0.
        long? Each(string name, int layer) => metadata.GetIntegers($"{architecture}.{name}") is { } values
            ? layer < values.Count && values[layer] is var value and > 0 and <= Most ? value : 0
            : Integer(name);
    }

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
