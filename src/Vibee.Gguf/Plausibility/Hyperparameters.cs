namespace Vibee.Gguf.Plausibility;

/// <summary>The numbers that shape a model. Each check answers null or what is wrong.</summary>
/// <remarks>
/// llama.cpp divides by some of these and asserts others, so it ends the process on values that no model has. Where it
/// refuses a value by itself, the check is left to it, unless a better message is worth having.
/// </remarks>
internal sealed class Hyperparameters(GgufMetadata metadata, string architecture)
{
    // Limits compiled into llama.cpp.
    private const long MostLayers = 512;
    private const long MostExperts = 1024;

    // Far beyond every model, and small enough that products of two stay in 64 bits (and tensor sizes in memory).
    private const long LargestWidth = 1 << 24;
    private const long LongestContext = 1 << 30;
    private const long MostHeads = 1 << 16;

    private static readonly string[] s_counts =
    [
        "attention.head_count", "attention.head_count_kv", "feed_forward_length", "attention.key_length", "attention.value_length",
        "attention.key_length_swa", "attention.value_length_swa", "rope.dimension_count", "rope.dimension_count_swa",
        "expert_feed_forward_length", "expert_shared_feed_forward_length", "vocab_size",
        "ssm.conv_kernel", "ssm.inner_size", "ssm.state_size", "ssm.time_step_rank", "ssm.group_count",
    ];

    private static readonly string[] s_finite =
    [
        "rope.freq_base", "rope.freq_base_swa", "rope.scaling.factor", "rope.scale_linear", "rope.scaling.attn_factor",
        "rope.scaling.yarn_log_multiplier", "rope.scaling.yarn_ext_factor", "rope.scaling.yarn_attn_factor",
        "rope.scaling.yarn_beta_fast", "rope.scaling.yarn_beta_slow", "attention.max_alibi_bias", "attention.clamp_kqv",
        "attention.scale", "attn_logit_softcapping", "final_logit_softcapping", "logit_scale", "embedding_scale", "residual_scale",
    ];

    private static readonly string[] s_epsilons = ["attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon"];

    private static readonly string[] s_scalings = ["none", "linear", "yarn", "longrope"];

    public string Architecture => architecture;

    public int LayerCount => (int)(metadata.GetInteger(Key("block_count")) ?? 0);

    /// <summary>Layers at the end that predict further tokens; they have other tensors, and may be missing altogether.</summary>
    public int PredictorLayerCount => (int)(metadata.GetInteger(Key("nextn_predict_layers")) ?? 0);

    public long EmbeddingLength => metadata.GetInteger(Key("embedding_length")) ?? 0;

    public long ExpertCount => metadata.GetInteger(Key("expert_count")) ?? 0;

    /// <summary>Null if the model does not say: then it has the width that its tensors have.</summary>
    public long? ExpertFeedForwardLength => metadata.GetInteger(Key("expert_feed_forward_length"));

    public long HeadCount(int layer) => Value("attention.head_count", layer) ?? 0;

    public long KeyValueHeadCount(int layer) => Value("attention.head_count_kv", layer) ?? HeadCount(layer);

    public long? FeedForwardLength(int layer) => Value("feed_forward_length", layer);

    public long KeyLength => metadata.GetInteger(Key("attention.key_length")) ?? HeadLength;

    public long ValueLength => metadata.GetInteger(Key("attention.value_length")) ?? HeadLength;

    // Of the first layer that attends: in some models the first do not.
    private long HeadLength => Enumerable.Range(0, LayerCount).Select(HeadCount).FirstOrDefault(heads => heads > 0) is var heads and > 0 ? EmbeddingLength / heads : 0;

    public string? FindProblem() =>
        Required("context_length", LongestContext)
        ?? Required("embedding_length", LargestWidth)
        ?? Required("block_count", MostLayers)
        ?? s_counts.Select(Count).FirstOrDefault(problem => problem is not null)
        ?? s_finite.Select(Finite).FirstOrDefault(problem => problem is not null)
        ?? s_epsilons.Select(Epsilon).FirstOrDefault(problem => problem is not null)
        ?? Scaling()
        ?? Layers()
        ?? Experts()
        ?? (Architectures.IsRegular(architecture) ? Regular() : null);

    private string Key(string name) => $"{architecture}.{name}";

    /// <summary>A value that a model gives once, or once per layer.</summary>
    private long? Value(string name, int layer) =>
        metadata.GetIntegers(Key(name)) is { } values
            ? layer < values.Count ? values[layer] : null
            : metadata.GetInteger(Key(name));

    private string? Required(string name, long most)
    {
        if (!metadata.Contains(Key(name)))
            return $"the key {Key(name)} is missing";
        var value = metadata.GetInteger(Key(name));
        return value is > 0 && value <= most ? null : Absurd(name);
    }

    /// <summary>Zero or more; once or per layer. What is there but no integer is left to llama.cpp, which refuses it.</summary>
    private string? Count(string name)
    {
        var most = name.Contains("head_count") ? MostHeads : LargestWidth;
        var values = metadata.GetIntegers(Key(name)) ?? (metadata.GetInteger(Key(name)) is { } single ? [single] : []);
        foreach (var value in values)
        {
            if (value < 0 || value > most)
                return $"{Key(name)} has the absurd value {value}";
        }
        return null;
    }

    private string? Finite(string name) =>
        metadata.GetNumber(Key(name)) is { } value && !double.IsFinite(value) ? Absurd(name) : null;

    private string? Epsilon(string name) =>
        metadata.GetNumber(Key(name)) is { } value && value is not (>= 0 and < 1) ? Absurd(name) : null;

    private string? Scaling() =>
        metadata.GetString(Key("rope.scaling.type")) is { } scaling && !s_scalings.Contains(scaling)
            ? $"{Key("rope.scaling.type")} has the unknown value {GgufException.Quote(scaling)}"
            : null;

    private string? Layers()
    {
        if (metadata.GetInteger(Key("nextn_predict_layers")) is { } predictors && (predictors < 0 || predictors > LayerCount))
            return Absurd("nextn_predict_layers");
        // How embeddings are pooled, one of five ways; unspecified is written as -1, signed or not.
        return metadata.GetInteger(Key("pooling_type")) is null or (>= -1 and <= 4) or uint.MaxValue ? null : Absurd("pooling_type");
    }

    private string? Experts()
    {
        var (groups, groupsUsed) = (metadata.GetInteger(Key("expert_group_count")) ?? 0, metadata.GetInteger(Key("expert_group_used_count")) ?? 0);
        var used = metadata.GetIntegers(Key("expert_used_count"))?.DefaultIfEmpty().Max() ?? metadata.GetInteger(Key("expert_used_count")) ?? 0;
        if (ExpertCount is < 0 or > MostExperts)
            return Absurd("expert_count");
        // Hunyuan's dense models say that they have one expert and mean none.
        if (ExpertCount <= 1 && architecture.StartsWith("hunyuan", StringComparison.Ordinal))
            return null;
        if (used < 0 || used > ExpertCount || (used == 0) != (ExpertCount == 0))
            return $"{Key("expert_used_count")} is {used} where {Key("expert_count")} is {ExpertCount}";
        var grouped = groups == 0
            || (groups > 0 && groups < ExpertCount && (groups == 1 || (ExpertCount % groups == 0 && groupsUsed > 0 && groupsUsed < groups)));
        return grouped ? null : $"{Key("expert_group_count")} is {groups} and {Key("expert_group_used_count")} is {groupsUsed} where {Key("expert_count")} is {ExpertCount}";
    }

    private string? Regular()
    {
        for (var layer = 0; layer < LayerCount; layer++)
        {
            var (heads, keyHeads) = (HeadCount(layer), KeyValueHeadCount(layer));
            if (heads == 0 || keyHeads == 0 || heads % keyHeads != 0)
                return $"{Key("attention.head_count")} is {heads} where {Key("attention.head_count_kv")} is {keyHeads}";
        }
        // Gemma alone may give values another width than keys.
        if (KeyLength == 0 || ValueLength == 0 || (KeyLength != ValueLength && architecture != "gemma3"))
            return $"attention heads cannot have {KeyLength} dimensions in keys and {ValueLength} in values";
        return Rope("rope.dimension_count", KeyLength)
            ?? Rope("rope.dimension_count_swa", metadata.GetInteger(Key("attention.key_length_swa")) ?? KeyLength)
            ?? (metadata.GetNumber(Key("rope.freq_base")) is <= 0 ? Absurd("rope.freq_base") : null);
    }

    /// <summary>Positions turn pairs of a head's dimensions: some of them, or all.</summary>
    private string? Rope(string name, long headLength)
    {
        if (architecture == "gpt2" || metadata.GetInteger(Key(name)) is not { } dimensions)
            return headLength % 2 == 0 || architecture == "gpt2" ? null : $"attention heads cannot have {headLength} dimensions";
        var fits = dimensions % 2 == 0 && dimensions <= headLength
            && (dimensions == headLength || !Architectures.RotatesWholeHeads(architecture));
        return fits ? null : $"{Key(name)} is {dimensions} where attention heads have {headLength} dimensions";
    }

    private string Absurd(string name) =>
        metadata.GetNumber(Key(name)) is { } value ? $"{Key(name)} has the absurd value {value}" : $"{Key(name)} is not a number";
}
