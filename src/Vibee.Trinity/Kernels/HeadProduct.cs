using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Kernels;

/// <summary>
/// What one head of attention does with some neighbouring keys or values: rows of floats, one after the other. A result's
/// order of sums depends on the length of a head alone.
/// </summary>
internal static unsafe class HeadProduct
{
    /// <summary>Keys that are multiplied together.</summary>
    private const int Keys = 8;

    /// <summary>scores[j] = scale · key[j] · query, for all j from <paramref name="from"/> to <paramref name="to"/>
    /// (exclusive), and perhaps for others of the same eights, which have no meaning.</summary>
    /// <param name="keys">Whole eights, the first for j = 0.</param>
    /// <param name="from">The first that is wanted.</param>
    /// <param name="to">After the last.</param>
    /// <param name="query">[length]</param>
    /// <param name="length">Components of a head.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="scores">Whole eights.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Score(float* keys, int from, int to, float* query, int length, float scale, float* scores)
    {
        if (!Vector128.IsHardwareAccelerated || length % Vector256<float>.Count != 0)
        {
            for (var j = from; j < to; j++)
                scores[j] = scale * DotProduct.Floats(keys + j * length, query, length);
            return;
        }

        for (var j = from / Keys * Keys; j < to; j += Keys)
            (Eight(keys + j * length, query, length) * scale).Store(scores + j);
    }

    /// <summary>attended += Σ weights[j] · value[j], one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(float* values, int from, int to, float* weights, int length, float* attended)
    {
        var start = 0;
        for (; Vector128.IsHardwareAccelerated && start <= length - 64; start += 64)
            ReadSixtyFour(values + start, from, to, weights, length, attended + start);
        if (start == length)
            return;
        for (var j = from; j < to; j++)
            Vectors.AddScaled(weights[j], values + j * length + start, attended + start, length - start);
    }

    /// <summary>Eight sums hide the latency of the addition.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<float> Eight(float* key, float* query, int length)
    {
        Vector256<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (var i = 0; i < length; i += Vector256<float>.Count, key += Vector256<float>.Count)
        {
            var q = Vector256.Load(query + i);
            a = Vector256.MultiplyAddEstimate(Vector256.Load(key), q, a);
            b = Vector256.MultiplyAddEstimate(Vector256.Load(key + length), q, b);
            c = Vector256.MultiplyAddEstimate(Vector256.Load(key + 2 * length), q, c);
            d = Vector256.MultiplyAddEstimate(Vector256.Load(key + 3 * length), q, d);
            e = Vector256.MultiplyAddEstimate(Vector256.Load(key + 4 * length), q, e);
            f = Vector256.MultiplyAddEstimate(Vector256.Load(key + 5 * length), q, f);
            g = Vector256.MultiplyAddEstimate(Vector256.Load(key + 6 * length), q, g);
            h = Vector256.MultiplyAddEstimate(Vector256.Load(key + 7 * length), q, h);
        }

        return SumEach(a, b, c, d, e, f, g, h);
    }

    /// <summary>The sum of each argument's lanes, in its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> SumEach(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d,
        Vector256<float> e, Vector256<float> f, Vector256<float> g, Vector256<float> h)
    {
        if (!Avx.IsSupported)
        {
            return Vector256.Create(
                Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d),
                Vector256.Sum(e), Vector256.Sum(f), Vector256.Sum(g), Vector256.Sum(h));
        }

        // Halves of registers are added apart: the lower ones hold half a sum of a to d, the upper ones the other.
        var first = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
        var second = Avx.HorizontalAdd(Avx.HorizontalAdd(e, f), Avx.HorizontalAdd(g, h));
        return Avx.Permute2x128(first, second, 0x20) + Avx.Permute2x128(first, second, 0x31);
    }

    /// <summary>64 components stay in registers while all values pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadSixtyFour(float* values, int from, int to, float* weights, int length, float* attended)
    {
        var (a, b, c, d) = (Vector256.Load(attended), Vector256.Load(attended + 8), Vector256.Load(attended + 16), Vector256.Load(attended + 24));
        var (e, f, g, h) = (Vector256.Load(attended + 32), Vector256.Load(attended + 40), Vector256.Load(attended + 48), Vector256.Load(attended + 56));
        values += from * length;
        for (var j = from; j < to; j++, values += length)
        {
            var weight = Vector256.Create(weights[j]);
            a = Vector256.MultiplyAddEstimate(Vector256.Load(values), weight, a);
            b = Vector256.MultiplyAddEstimate(Vector256.Load(values + 8), weight, b);
            c = Vector256.MultiplyAddEstimate(Vector256.Load(values + 16), weight, c);
            d = Vector256.MultiplyAddEstimate(Vector256.Load(values + 24), weight, d);
            e = Vector256.MultiplyAddEstimate(Vector256.Load(values + 32), weight, e);
            f = Vector256.MultiplyAddEstimate(Vector256.Load(values + 40), weight, f);
            g = Vector256.MultiplyAddEstimate(Vector256.Load(values + 48), weight, g);
            h = Vector256.MultiplyAddEstimate(Vector256.Load(values + 56), weight, h);
        }

        a.Store(attended);
        b.Store(attended + 8);
        c.Store(attended + 16);
        d.Store(attended + 24);
        e.Store(attended + 32);
        f.Store(attended + 40);
        g.Store(attended + 48);
        h.Store(attended + 56);
    }
}
