using Vibee.Trinity.Kernels;

namespace Vibee.Trinity.Models.Parts;

/// <summary>
/// Brings vectors to a common size: root-mean-square norm (Zhang, Sennrich 2019), or layer norm (Ba et al. 2016), which
/// also takes the mean away.
/// </summary>
/// <param name="IsRms">Which.</param>
/// <param name="Epsilon">Added to the mean square, against division by zero.</param>
/// <param name="Weight">Per component; for norms of heads either [head length] or [heads × head length].</param>
/// <param name="Bias">Per component, or none.</param>
internal sealed record Norm(bool IsRms, float Epsilon, float[] Weight, float[]? Bias)
{
    /// <summary>y = norm(x); they may be the same.</summary>
    public unsafe void Apply(float* x, float* y, int length)
    {
        fixed (float* weight = Weight, bias = Bias)
            Apply(x, y, weight, bias, length);
    }

    /// <summary>Norms each head for itself, in place.</summary>
    public unsafe void ApplyToHeads(float* x, int heads, int headLength)
    {
        fixed (float* weight = Weight, bias = Bias)
        {
            for (var head = 0; head < heads; head++)
            {
                var start = Weight.Length == headLength ? 0 : head * headLength;
                Apply(x + head * headLength, x + head * headLength, weight + start, bias is null ? null : bias + start, headLength);
            }
        }
    }

    private unsafe void Apply(float* x, float* y, float* weight, float* bias, int length)
    {
        var mean = IsRms ? 0 : Vectors.Sum(x, length) / length;
        var scale = 1 / MathF.Sqrt(Vectors.SumOfSquares(x, mean, length) / length + Epsilon);
        Vectors.Normalize(x, y, mean, scale, weight, bias, length);
    }
}
