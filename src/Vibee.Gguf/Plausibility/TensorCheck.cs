namespace Vibee.Gguf.Plausibility;

/// <summary>The tensors against the hyperparameters. Each check answers null or what is wrong.</summary>
internal sealed class TensorCheck(GgufFile file, Hyperparameters model, int? tokenCount)
{
    public string? FindProblem()
    {
        if (file.Tensors.Count == 0)
            return "the file has a vocabulary but no weights";
        foreach (var tensor in file.Tensors)
        {
            if (Type(tensor) is { } problem)
                return problem;
        }
        return Architectures.IsRegular(model.Architecture) ? Regular() : null;
    }

    /// <summary>llama.cpp asserts in the middle of a computation that it can work with a tensor's type.</summary>
    private string? Type(GgufTensor tensor)
    {
        var isPlausible = tensor.Type switch
        {
            GgmlType.F32 => true,
            GgmlType.I8 or GgmlType.I16 or GgmlType.I64 or GgmlType.F64 or GgmlType.Q8_1 or GgmlType.Q8_K => false,
            // The one table of integers: which experts a token goes to.
            GgmlType.I32 => tensor.Name.Contains("tid2eid", StringComparison.Ordinal),
            GgmlType.NVFP4 => !IsVector(tensor) && !IsScaledWithBias(tensor),
            _ => !IsVector(tensor),
        };
        return isPlausible ? null : $"tensor {GgufException.Quote(tensor.Name)} has the type {tensor.Type}, which none like it can have";
    }

    /// <summary>Vectors are added and multiplied, not projected through, and stay in F32 in every model.</summary>
    private bool IsVector(GgufTensor tensor) =>
        tensor.Name.EndsWith("_norm.weight", StringComparison.Ordinal)
        || tensor.Name.EndsWith("scale", StringComparison.Ordinal)
        || (tensor.Dimensions.Count <= 1 && (Architectures.IsRegular(model.Architecture) || tensor.Name.EndsWith(".bias", StringComparison.Ordinal)));

    private bool IsScaledWithBias(GgufTensor tensor)
    {
        var stem = tensor.Name[..(tensor.Name.LastIndexOf('.') + 1)];
        return file.FindTensor(stem + "scale") is not null && file.FindTensor(stem + "bias") is not null;
    }

    private string? Regular()
    {
        var embedding = file.FindTensor("token_embd.weight");
        if (embedding is null)
            return "the tensor 'token_embd.weight' is missing";
        if (tokenCount is { } tokens && Shape(embedding, model.EmbeddingLength, tokens) is { } problem)
            return problem;

        for (var layer = 0; layer < model.LayerCount - model.PredictorLayerCount; layer++)
        {
            if (Presence(layer) is { } missing)
                return $"the tensor '{missing}' is missing, of {model.LayerCount} layers";
        }
        foreach (var tensor in file.Tensors)
        {
            if (LayerTensor(tensor) is { } wrong)
                return wrong;
        }
        return null;
    }

    private string? Presence(int layer)
    {
        bool Has(string part) => file.FindTensor($"blk.{layer}.{part}.weight") is not null;
        if (!Has("attn_norm"))
            return $"blk.{layer}.attn_norm.weight";
        if (!Has("attn_qkv") && !(Has("attn_q") && Has("attn_k") && Has("attn_v")))
            return $"blk.{layer}.attn_q.weight";
        if (!Has("attn_output"))
            return $"blk.{layer}.attn_output.weight";
        // A dense layer has one feed-forward network; a mixture of experts has them stacked, or (in old files) one by one.
        return Has("ffn_down") || Has("ffn_down_exps") || Has("ffn_down.0") ? null : $"blk.{layer}.ffn_down.weight";
    }

    /// <summary>Shapes of weights, "columns x rows": as many columns as inputs, as many rows as outputs.</summary>
    private string? LayerTensor(GgufTensor tensor)
    {
        var parts = tensor.Name.Split('.');
        if (parts is not ["blk", var number, var part, "weight"] || !int.TryParse(number, out var layer) || layer >= model.LayerCount)
            return null;

        var width = model.EmbeddingLength;
        var queries = model.HeadCount(layer) * model.KeyLength;
        var keys = model.KeyValueHeadCount(layer) * model.KeyLength;
        var values = model.KeyValueHeadCount(layer) * model.ValueLength;
        var feedForward = model.FeedForwardLength(layer);
        return (part, feedForward) switch
        {
            ("attn_norm" or "ffn_norm", _) => Shape(tensor, width),
            ("attn_q", _) => Shape(tensor, width, queries),
            ("attn_k", _) => Shape(tensor, width, keys),
            ("attn_v", _) => Shape(tensor, width, values),
            ("attn_qkv", _) => Shape(tensor, width, queries + keys + values),
            ("attn_output", _) => Shape(tensor, model.HeadCount(layer) * model.ValueLength, width),
            ("ffn_gate", { } inner) => Shape(tensor, width, inner),
            // Phi-3 keeps gate and up in one tensor.
            ("ffn_up", { } inner) => Shape(tensor, width, model.Architecture == "phi3" ? 2 * inner : inner),
            ("ffn_down", { } inner) => Shape(tensor, inner, width),
            _ => null,
        };
    }

    /// <summary>Dimensions of one at the end say nothing.</summary>
    private static string? Shape(GgufTensor tensor, params ReadOnlySpan<long> expected)
    {
        for (var i = 0; i < Math.Max(expected.Length, tensor.Dimensions.Count); i++)
        {
            var actual = i < tensor.Dimensions.Count ? tensor.Dimensions[i] : 1;
            if (actual != (i < expected.Length ? expected[i] : 1))
                return $"tensor {GgufException.Quote(tensor.Name)} has the shape {string.Join(" x ", tensor.Dimensions)} instead of {string.Join(" x ", expected.ToArray())}";
        }
        return null;
    }
}
