using Vibee.Engine.Sampling;

namespace Vibee.Engine;

/// <summary>What a model says about itself, whichever runner evaluates it.</summary>
public sealed record ModelInfo
{
    /// <summary>The architecture's name as GGUF spells it: <c>llama</c>, <c>qwen3</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The number of positions the model was trained on.</summary>
    public required int TrainedContextLength { get; init; }

    /// <summary>The length of an embedding vector.</summary>
    public required int EmbeddingLength { get; init; }

    /// <summary>Weights, all tensors together; 0 where unknown.</summary>
    public long ParameterCount { get; init; }

    /// <summary>The size of the weights in bytes; 0 where unknown.</summary>
    public long SizeInBytes { get; init; }

    /// <summary>Bytes that the keys and values of one position take in 16-bit floats, in all layers; 0 where unknown.</summary>
    public long KvBytesPerToken { get; init; }

    /// <summary>The Jinja source that turns messages into a prompt, where the file carries one.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>The text of the begin token, which templates write themselves; empty where there is none.</summary>
    public string BeginText { get; init; } = "";

    /// <summary>The text of the end token.</summary>
    public string EndText { get; init; } = "";

    /// <summary>Sampling values the file recommends (<c>general.sampling.*</c>), over the product's defaults.</summary>
    public SamplingParams SamplingDefaults { get; init; } = SamplingParams.Default;

    /// <summary>The same model with the texts of the begin and end tokens as its tokenizer has them, which knows of
    /// some that the file does not name.</summary>
    public ModelInfo With(ITokenizer tokenizer)
    {
        return this with { BeginText = Text(tokenizer.BeginToken), EndText = Text(tokenizer.EndToken) };

        string Text(int? token) => token is { } id ? System.Text.Encoding.UTF8.GetString(tokenizer.Bytes(id, renderSpecial: true)) : "";
    }
}
