using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Models;

/// <summary>The parts that architectures have in common, read from layer <paramref name="index"/> (−1: from outside the
/// layers) by the names that GGUF gives their tensors.</summary>
internal sealed class LayerReader(ModelReader model, Shape shape, int index = -1)
{
    public bool Has(string part) => model.Has(Name(part));

    /// <summary>weight [<paramref name="length"/>]</summary>
    public Norm RmsNorm(string part, int? length = null) =>
        new(IsRms: true, model.Number("attention.layer_norm_rms_epsilon"), model.Vector(Name($"{part}.weight"), length ?? shape.Width), Bias: null);

    /// <summary>weight [<paramref name="length"/>], bias alike where there is one</summary>
    public Norm LayerNorm(string part, int? length = null) =>
        new(
            IsRms: false,
            model.Number("attention.layer_norm_epsilon"),
            model.Vector(Name($"{part}.weight"), length ?? shape.Width),
            model.OptionalVector(Name($"{part}.bias"), length ?? shape.Width));

    /// <summary>weight [inputs, outputs], and where there are any bias [outputs] and scale [1]: y = scale · W x + bias</summary>
    public Linear Linear(string part, int inputs, int outputs) =>
        new(
            model.Matrix(Name($"{part}.weight"), inputs, outputs),
            model.Scale(Name(part)),
            model.OptionalVector(Name($"{part}.bias"), outputs));

    /// <summary>Queries, keys and values, from one matrix (attn_qkv) or three (attn_q, attn_k, attn_v), and the output.</summary>
    public Attention Attention(Rope? rope)
    {
        var (query, key, value) = QueryKeyValue();
        return new Attention
        {
            Query = query,
            Key = key,
            Value = value,
            Output = Linear("attn_output", shape.QueryWidth, shape.Width),
            Rope = rope,
            Scale = 1 / MathF.Sqrt(shape.HeadLength),
        };
    }

    /// <summary>ffn_gate, ffn_up and ffn_down.</summary>
    /// <param name="activation">Of the gate.</param>
    /// <param name="scaled">Whether matrices are multiplied with their scale, if they have one: y = scale · (W x + bias).</param>
    public FeedForward Gated(Activation activation, bool scaled = false) => new()
    {
        Activation = activation,
        Gate = Inner("ffn_gate", shape.Width, shape.Inner, scaled),
        Up = Inner("ffn_up", shape.Width, shape.Inner, scaled),
        Down = Inner("ffn_down", shape.Inner, shape.Width, scaled),
    };

    /// <summary>ffn_up and ffn_down.</summary>
    public FeedForward Plain(Activation activation) => new()
    {
        Activation = activation,
        Up = Inner("ffn_up", shape.Width, shape.Inner, scaled: false),
        Down = Inner("ffn_down", shape.Inner, shape.Width, scaled: false),
    };

    /// <summary>The router ffn_gate_inp, and all experts' matrices in one tensor each.</summary>
    public Experts Experts(Activation activation)
    {
        var gates = Stacked("ffn_gate_exps", shape.Width, shape.Inner);
        var ups = Stacked("ffn_up_exps", shape.Width, shape.Inner);
        var downs = Stacked("ffn_down_exps", shape.Inner, shape.Width);
        return new Experts
        {
            Router = Linear("ffn_gate_inp", shape.Width, shape.Experts),
            Used = shape.ExpertsUsed,
            All =
            [
                .. Enumerable.Range(0, shape.Experts).Select(i =>
                    new FeedForward { Activation = activation, Gate = gates[i], Up = ups[i], Down = downs[i] }),
            ],
        };
    }

    private (Linear Query, Linear Key, Linear Value) QueryKeyValue()
    {
        var (query, kv) = (shape.QueryWidth, shape.KvWidth);
        if (!Has("attn_qkv.weight"))
            return (Linear("attn_q", shape.Width, query), Linear("attn_k", shape.Width, kv), Linear("attn_v", shape.Width, kv));
        var fused = Linear("attn_qkv", shape.Width, query + 2 * kv);
        return (fused.Slice(0, query), fused.Slice(query, kv), fused.Slice(query + kv, kv));
    }

    private Linear Inner(string part, int inputs, int outputs, bool scaled)
    {
        var bias = model.OptionalVector(Name($"{part}.bias"), outputs);
        var scale = scaled ? model.Scale(Name(part)) : 1;
        return new Linear(
            model.Matrix(Name($"{part}.weight"), inputs, outputs),
            scale,
            bias is null ? null : Array.ConvertAll(bias, value => scale * value));
    }

    private Linear[] Stacked(string part, int inputs, int outputs)
    {
        var matrices = model.Matrices(Name($"{part}.weight"), inputs, outputs, shape.Experts);
        var scales = model.OptionalVector(Name($"{part}.scale"), shape.Experts);
        return [.. matrices.Select((matrix, i) => new Linear(matrix, scales?[i] ?? 1))];
    }

    private string Name(string part) => index < 0 ? part : $"blk.{index}.{part}";
}
