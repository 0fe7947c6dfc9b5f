using Vibee.Gguf.Plausibility;

namespace Vibee.Gguf;

/// <summary>What one position takes in a KV cache.</summary>
public static class KvCell
{
    /// <summary>Numbers: keys and values of all heads of all layers that attend. 0 for a model without attention, and where
    /// the file's sizes are not those of a model.</summary>
    public static long Length(GgufMetadata metadata)
    {
        if (metadata.GetString("general.architecture") is not { } architecture)
            return 0;
        var model = new Hyperparameters(metadata, architecture);
        if (model.FindProblem() is not null)
            return 0;
        var heads = Enumerable.Range(0, model.LayerCount).Sum(model.KeyValueHeadCount);
        return heads * (model.KeyLength + model.ValueLength);
    }
}
