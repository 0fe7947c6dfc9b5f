namespace Vibee.Trinity.Models.Parts;

/// <summary>The factors by which the angles of rotating pairs are divided, where the file has some.</summary>
internal static class RopeFactors
{
    /// <summary>One set (Llama 3), or one for contexts up to the trained length and one beyond (Phi 3). [rotated / 2]</summary>
    public static float[]? Read(ModelReader model, Shape shape)
    {
        var pairs = shape.Rotated / 2;
        if (model.OptionalVector("rope_freqs.weight", pairs) is { } factors)
            return factors;
        var trained = model.Count("rope.scaling.original_context_length", 1 << 30, shape.TrainedContext);
        return model.OptionalVector(model.ContextLength > trained ? "rope_factors_long.weight" : "rope_factors_short.weight", pairs);
    }
}
