using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Kernels;

/// <summary>
/// What a transformer does to single vectors. Written once on <see cref="Vector256{T}"/>, which falls back to narrower
/// registers by itself; the rest of a length that is no multiple of 8 is done one by one, and without vectors all of it.
/// </summary>
/// <remarks>Compiled once and at once, as all kernels: a quick first version is slower than a few milliseconds of compiling,
/// and the first prompt would run on it.</remarks>
internal static unsafe class Vectors
{
    private const int Width = 8;

    // e^88 is the last power of e with a whole exponent that is a finite number, e^−87 the last that is no subnormal one. What
    // divides by 1 + e^88 instead of more is off by 1e-38 of its size.
    private const float MostExponent = 88;
    private const float LeastExponent = -87;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(float* x, int length)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i < Vectorized(length); i += Width)
            sums += Vector256.Load(x + i);
        var sum = Vector256.Sum(sums);
        for (; i < length; i++)
            sum += x[i];
        return sum;
    }

    /// <summary>Σ (x − mean)²</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumOfSquares(float* x, float mean, int length)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i < Vectorized(length); i += Width)
        {
            var difference = Vector256.Load(x + i) - Vector256.Create(mean);
            sums += difference * difference;
        }

        var sum = Vector256.Sum(sums);
        for (; i < length; i++)
            sum += (x[i] - mean) * (x[i] - mean);
        return sum;
    }

    /// <summary>y = (x − mean) · scale · weight + bias, the last where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(float* x, float* y, float mean, float scale, float* weight, float* bias, int length)
    {
        var i = 0;
        for (; i < Vectorized(length); i += Width)
        {
            var value = (Vector256.Load(x + i) - Vector256.Create(mean)) * scale * Vector256.Load(weight + i);
            (bias is null ? value : value + Vector256.Load(bias + i)).Store(y + i);
        }

        for (; i < length; i++)
        {
            var value = (x[i] - mean) * scale * weight[i];
            y[i] = bias is null ? value : value + bias[i];
        }
    }

    /// <summary>y += x</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, float* y, int length)
    {
        var i = 0;
        for (; i < Vectorized(length); i += Width)
            (Vector256.Load(y + i) + Vector256.Load(x + i)).Store(y + i);
        for (; i < length; i++)
            y[i] += x[i];
    }

    /// <summary>y += factor · x</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(float factor, float* x, float* y, int length)
    {
        var i = 0;
        for (; i < Vectorized(length); i += Width)
            Vector256.MultiplyAddEstimate(Vector256.Load(x + i), Vector256.Create(factor), Vector256.Load(y + i)).Store(y + i);
        for (; i < length; i++)
            y[i] += factor * x[i];
    }

    /// <summary>x += addend</summary>
    public static void AddBytes(int addend, sbyte* x, int length)
    {
        var i = 0;
        for (; Vector128.IsHardwareAccelerated && i <= length - Vector256<sbyte>.Count; i += Vector256<sbyte>.Count)
            (Vector256.Load(x + i) + Vector256.Create((sbyte)addend)).Store(x + i);
        for (; i < length; i++)
            x[i] += (sbyte)addend;
    }

    /// <summary>x *= factor</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float factor, float* x, int length)
    {
        var i = 0;
        for (; i < Vectorized(length); i += Width)
            (Vector256.Load(x + i) * factor).Store(x + i);
        for (; i < length; i++)
            x[i] *= factor;
    }

    /// <summary>y = x / (1 + e^−x), times <paramref name="factors"/> where there are any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Silu(float* x, float* factors, float* y, int length)
    {
        var i = 0;
        for (; i < Vectorized(length); i += Width)
        {
            var value = Vector256.Load(x + i);
            Finish(value / (Vector256<float>.One + Exp(Vector256.MinNative(-value, Vector256.Create(MostExponent)))), factors, y, i);
        }

        for (; i < length; i++)
            y[i] = x[i] / (1 + MathF.Exp(-x[i])) * (factors is null ? 1 : factors[i]);
    }

    /// <summary>y = max(x, 0)², times <paramref name="factors"/> where there are any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReluSquared(float* x, float* factors, float* y, int length)
    {
        var i = 0;
        for (; i < Vectorized(length); i += Width)
        {
            var value = Vector256.Max(Vector256.Load(x + i), Vector256<float>.Zero);
            Finish(value * value, factors, y, i);
        }

        for (; i < length; i++)
            y[i] = MathF.Max(x[i], 0) * MathF.Max(x[i], 0) * (factors is null ? 1 : factors[i]);
    }

    /// <summary>y = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), times <paramref name="factors"/> where there are any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gelu(float* x, float* factors, float* y, int length)
    {
        const float root = 0.79788456080286535588f;
        const float cubic = 0.044715f;
        var i = 0;
        for (; i < Vectorized(length); i += Width)
        {
            // (1 + tanh u)/2 is 1/(1 + e^−2u).
            var value = Vector256.Load(x + i);
            var u = root * value * (Vector256<float>.One + cubic * value * value);
            Finish(value / (Vector256<float>.One + Exp(Vector256.MinNative(-2 * u, Vector256.Create(MostExponent)))), factors, y, i);
        }

        for (; i < length; i++)
        {
            var u = root * x[i] * (1 + cubic * x[i] * x[i]);
            y[i] = x[i] / (1 + MathF.Exp(-2 * u)) * (factors is null ? 1 : factors[i]);
        }
    }

    /// <summary>Replaces scores by e^(score − most).</summary>
    /// <returns>Their sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exponentials(float* scores, float most, int length)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i < Vectorized(length); i += Width)
        {
            var power = Exp(Vector256.Load(scores + i) - Vector256.Create(most));
            power.Store(scores + i);
            sums += power;
        }

        var sum = Vector256.Sum(sums);
        for (; i < length; i++)
            sum += scores[i] = MathF.Exp(scores[i] - most);
        return sum;
    }

    /// <summary>x = cap · tanh(x / cap)</summary>
    public static void SoftCap(float cap, float* x, int length)
    {
        for (var i = 0; i < length; i++)
            x[i] = cap * MathF.Tanh(x[i] / cap);
    }

    /// <summary>y = scale · x</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromBytes(sbyte* x, float scale, float* y, int length)
    {
        var i = 0;
        for (; i < Vectorized(length); i += Width)
            (Widen(x + i) * scale).Store(y + i);
        for (; i < length; i++)
            y[i] = scale * x[i];
    }

    /// <summary>y = scales · x, one by one</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromBytes(sbyte* x, float* scales, float* y, int length)
    {
        var i = 0;
        for (; i < Vectorized(length); i += Width)
            (Widen(x + i) * Vector256.Load(scales + i)).Store(y + i);
        for (; i < length; i++)
            y[i] = scales[i] * x[i];
    }

    /// <summary>The largest of all numbers: what is none may be passed over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Largest(float* x, int length)
    {
        var most = float.NegativeInfinity;
        var i = 0;
        if (Vectorized(length) > 0)
        {
            // Four, because each waits for the one before.
            var a = Vector256.Create(most);
            var (b, c, d) = (a, a, a);
            for (; i <= length - 4 * Width; i += 4 * Width)
            {
                a = Vector256.MaxNative(Vector256.Load(x + i), a);
                b = Vector256.MaxNative(Vector256.Load(x + i + Width), b);
                c = Vector256.MaxNative(Vector256.Load(x + i + 2 * Width), c);
                d = Vector256.MaxNative(Vector256.Load(x + i + 3 * Width), d);
            }

            for (; i < Vectorized(length); i += Width)
                a = Vector256.MaxNative(Vector256.Load(x + i), a);
            a = Vector256.MaxNative(Vector256.MaxNative(a, b), Vector256.MaxNative(c, d));
            for (var lane = 0; lane < Width; lane++)
                most = MathF.Max(most, a[lane]);
        }

        for (; i < length; i++)
            most = MathF.Max(most, x[i]);
        return most;
    }

    /// <summary>e^x within about one unit of the last place for x of no more than 88; 0 below −87.</summary>
    /// <remarks>e^x = 2^n · e^r with n the nearest integer to x / ln 2 and r the rest, up to ln 2 / 2 either way (Cody and
    /// Waite, Software Manual for the Elementary Functions, 1980), which a polynomial approximates. The runtime's computes in
    /// double precision.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> x)
    {
        // A float of this size has no fraction: its last bits are n.
        var shift = Vector256.Create(12582912f);
        var shifted = Vector256.MultiplyAddEstimate(x, Vector256.Create(1.44269504f), shift);
        var n = shifted - shift;
        // ln 2 in two parts, the first of which has so few bits that its multiples are exact.
        var r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.MultiplyAddEstimate(n, Vector256.Create(2.12194442e-4f), r);
        // (e^r − 1 − r) / r², by Chebyshev's polynomials; 8e-9 off at most.
        var p = Vector256.MultiplyAddEstimate(Vector256.Create(1.39263261e-3f), r, Vector256.Create(8.36329255e-3f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(4.16665524e-2f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.66665763e-1f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(0.5f));
        p = Vector256.MultiplyAddEstimate(p, r * r, r) + Vector256<float>.One;
        var power = p * ((shifted.AsInt32() << 23) + Vector256<float>.One.AsInt32()).AsSingle();
        return Vector256.AndNot(power, Vector256.LessThan(x, Vector256.Create(LeastExponent)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(sbyte* bytes)
    {
        var shorts = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(bytes)).AsSByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)));
    }

    /// <summary>Up to where eights are worth while.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Vectorized(int length) => Vector128.IsHardwareAccelerated ? length - Width + 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(Vector256<float> value, float* factors, float* y, int i) =>
        (factors is null ? value : value * Vector256.Load(factors + i)).Store(y + i);
}
