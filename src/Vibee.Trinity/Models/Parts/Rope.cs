using System.Runtime.CompilerServices;
using Vibee.Engine;

namespace Vibee.Trinity.Models.Parts;

/// <summary>Which two components of a head form a pair that rotates.</summary>
internal enum RopePairs
{
    /// <summary>Neighbours: 2i and 2i + 1, as in the original Llama.</summary>
    Neighbours,

    /// <summary>i and i + half, as in GPT-NeoX and most models since.</summary>
    Halves,
}

/// <summary>
/// Rotary position embedding (Su et al. 2021): pair i of a query or key at position p turns by p · base^(−2i/n), so that
/// products of queries and keys depend on distances. Stretched to longer contexts linearly, by YaRN (Peng et al. 2023),
/// or by a factor per pair (Llama 3, Phi 3).
/// </summary>
/// <remarks>The keys rope.scaling.yarn_ext_factor, yarn_attn_factor, yarn_beta_fast and yarn_beta_slow have no say: the
/// reference reads them for two other architectures only (grok, mistral3), and a file must mean the same on both engines.</remarks>
internal sealed class Rope
{
    private readonly int _pairs;
    private readonly RopePairs _style;
    private readonly float _step;
    private readonly float _scale;
    private readonly float _magnitude;
    private readonly float[]? _factors;
    private readonly float[]? _extrapolated;

    private Rope(ModelReader model, Shape shape, RopePairs style, float @base, float scale, float[]? factors)
    {
        _style = style;
        _pairs = shape.Rotated / 2;
        _step = MathF.Pow(@base, -2f / shape.Rotated);
        _scale = scale;
        _factors = factors;
        _magnitude = model.Number("rope.scaling.attn_factor", 1);
        if (model.Text("rope.scaling.type") == "yarn" && scale != 1)
        {
            var trained = model.Count("rope.scaling.original_context_length", 1 << 30, shape.TrainedContext);
            _extrapolated = YarnMix(shape.Rotated, trained, @base);
            // Where it shortens instead, nothing is left to make up for.
            _magnitude *= 1 + 0.1f * MathF.Max(0, MathF.Log(1 / scale));
        }
    }

    /// <summary>Pairs that rotate; the components after them stay.</summary>
    public int Pairs => _pairs;

    /// <summary>As the file's keys describe it.</summary>
    /// <param name="model">The file.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="style">A matter of the architecture.</param>
    /// <param name="factors">By which the angle of each pair is divided.</param>
    public static Rope Read(ModelReader model, Shape shape, RopePairs style, float[]? factors = null) =>
        new(model, shape, style, Base(model, "rope.freq_base", 10_000), Stretch(model), factors);

    /// <summary>For layers with a window, which never see far and so are never stretched.</summary>
    public static Rope ReadLocal(ModelReader model, Shape shape, RopePairs style) =>
        new(model, shape, style, Base(model, "rope.freq_base_swa", 10_000), 1, null);

    /// <summary>The cosines and sines of a position, one of each per pair.</summary>
    public unsafe void Angles(int position, float* cosines, float* sines)
    {
        // Multiplied up in single precision, as the reference does: with large angles the rounding shows.
        var angle = (float)position;
        for (var i = 0; i < _pairs; i++, angle *= _step)
        {
            var whole = _factors is null ? angle : angle / _factors[i];
            var turned = whole * _scale;
            if (_extrapolated is not null)
                turned = turned * (1 - _extrapolated[i]) + whole * _extrapolated[i];
            cosines[i] = MathF.Cos(turned) * _magnitude;
            sines[i] = MathF.Sin(turned) * _magnitude;
        }
    }

    /// <summary>Turns one head in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Rotate(float* head, float* cosines, float* sines)
    {
        var (stride, gap) = _style == RopePairs.Neighbours ? (2, 1) : (1, _pairs);
        for (var i = 0; i < _pairs; i++)
        {
            var (x, y) = (head[i * stride], head[i * stride + gap]);
            head[i * stride] = x * cosines[i] - y * sines[i];
            head[i * stride + gap] = x * sines[i] + y * cosines[i];
        }
    }

    private static float Stretch(ModelReader model)
    {
        var type = model.Text("rope.scaling.type") ?? "linear";
        if (type is not ("none" or "linear" or "yarn" or "longrope"))
            throw new RunnerException($"{model.Architecture}.rope.scaling.type is not one that Trinity knows.");
        var factor = model.Number("rope.scaling.factor", model.Number("rope.scale_linear", 0));
        return type == "none" || factor <= 0 ? 1 : 1 / factor;
    }

    private static float Base(ModelReader model, string key, float fallback)
    {
        var value = model.Number(key, fallback);
        return value > 0 ? value : throw new RunnerException($"{model.Architecture}.{key} is not positive.");
    }

    /// <summary>How much of each pair's angle is left unstretched: all where it turned often within the trained context
    /// (32 times and more), nothing where it never came round.</summary>
    private static float[] YarnMix(int rotated, int trained, float @base)
    {
        var first = MathF.Max(0, MathF.Floor(PairThatTurns(32)));
        var last = MathF.Min(rotated - 1, MathF.Ceiling(PairThatTurns(1)));
        var mix = new float[rotated / 2];
        for (var i = 0; i < mix.Length; i++)
            mix[i] = 1 - Math.Clamp((i - first) / MathF.Max(0.001f, last - first), 0, 1);
        return mix;

        float PairThatTurns(float turns) =>
            rotated * MathF.Log(trained / (turns * 2 * MathF.PI)) / (2 * MathF.Log(@base));
    }
}
