using Vibee.Engine.Sampling;
using Vibee.Gguf;

namespace Vibee.Engine;

/// <summary>What a GGUF file says about its model, for every engine that reads such files.</summary>
public static class ModelInfoReader
{
    /// <param name="file">Read during the call only.</param>
    /// <param name="tokenizer">Its tokenizer, for the texts of the begin and end tokens.</param>
    /// <exception cref="RunnerException">A key without which no model works is absent; the message names it.</exception>
    public static ModelInfo Read(GgufFile file, ITokenizer tokenizer)
    {
        var metadata = file.Metadata;
        var architecture = metadata.GetString("general.architecture")
            ?? throw new RunnerException("The file has no general.architecture.");
        return new ModelInfo
        {
            Architecture = architecture,
            TrainedContextLength = Count(metadata, $"{architecture}.context_length"),
            EmbeddingLength = Count(metadata, $"{architecture}.embedding_length"),
            ParameterCount = file.Tensors.Sum(tensor => tensor.ElementCount),
            SizeInBytes = file.Tensors.Sum(tensor => tensor.ByteLength),
            ChatTemplate = metadata.GetString("tokenizer.chat_template"),
            BeginText = Text(tokenizer, tokenizer.BeginToken),
            EndText = Text(tokenizer, tokenizer.EndToken),
            SamplingDefaults = Sampling(metadata),
        };
    }

    private static SamplingParams Sampling(GgufMetadata metadata)
    {
        var defaults = SamplingParams.Default;
        return defaults with
        {
            Temperature = Number("temp") ?? defaults.Temperature,
            TopK = (int)Math.Clamp(metadata.GetInteger("general.sampling.top_k") ?? defaults.TopK, 0, int.MaxValue),
            TopP = Number("top_p") ?? defaults.TopP,
            MinP = Number("min_p") ?? defaults.MinP,
            RepeatPenalty = Number("penalty_repeat") ?? defaults.RepeatPenalty,
            RepeatWindow = (int)Math.Clamp(metadata.GetInteger("general.sampling.penalty_last_n") ?? defaults.RepeatWindow, -1, int.MaxValue),
        };

        // A file's advice counts only where it is a number that sampling can use.
        float? Number(string key) =>
            metadata.GetNumber($"general.sampling.{key}") is { } value and >= 0 and <= 2 ? (float)value : null;
    }

    private static int Count(GgufMetadata metadata, string key) =>
        metadata.GetInteger(key) is { } value and > 0 and <= int.MaxValue
            ? (int)value
            : throw new RunnerException($"The file has no usable {key}.");

    private static string Text(ITokenizer tokenizer, int? token) =>
        token is { } id ? System.Text.Encoding.UTF8.GetString(tokenizer.Bytes(id, renderSpecial: true)) : "";
}
