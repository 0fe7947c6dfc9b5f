using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Kernels;

/// <summary>
/// What heads of attention do with a block of neighbouring keys or values. Three heads at a time share what is loaded: twelve
/// sums, three factors and a key or value are sixteen registers, in local variables because the compiler keeps no array in
/// registers.
/// </summary>
/// <remarks>All products of a sum are added in order, one after the other, whether a head is alone or one of three.</remarks>
internal static unsafe class HeadProduct
{
    /// <summary>Positions of a block.</summary>
    public const int Positions = 32;

    private const int Width = 8;
    private const int Chunk = 4 * Width;

    /// <summary>scores[j] = scale · Σ key[i][j] · query[i], for all positions j of a block.</summary>
    /// <param name="keys">[component][position]</param>
    /// <param name="query">[component]</param>
    /// <param name="length">Components of a head.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="scores">[position]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Score(float* keys, float* query, int length, float scale, float* scores)
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        for (var i = 0; i < length; i++, keys += Positions)
        {
            var x = Vector256.Create(query[i]);
            a = Vector256.MultiplyAddEstimate(Vector256.Load(keys), x, a);
            b = Vector256.MultiplyAddEstimate(Vector256.Load(keys + Width), x, b);
            c = Vector256.MultiplyAddEstimate(Vector256.Load(keys + 2 * Width), x, c);
            d = Vector256.MultiplyAddEstimate(Vector256.Load(keys + 3 * Width), x, d);
        }

        Store(a * scale, b * scale, c * scale, d * scale, scores);
    }

    /// <summary>As <see cref="Score"/> for three heads, of which the last two may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScoreThree(float* keys, Three queries, int length, float scale, Three scores)
    {
        float* x = queries.First, y = queries.Second, z = queries.Third;
        Vector256<float> ax = default, bx = default, cx = default, dx = default;
        Vector256<float> ay = default, by = default, cy = default, dy = default;
        Vector256<float> az = default, bz = default, cz = default, dz = default;
        for (nint i = 0; i < length; i++, keys += Positions)
        {
            var (first, second, third) = (Vector256.Create(x[i]), Vector256.Create(y[i]), Vector256.Create(z[i]));
            var key = Vector256.Load(keys);
            ax = Vector256.MultiplyAddEstimate(key, first, ax);
            ay = Vector256.MultiplyAddEstimate(key, second, ay);
            az = Vector256.MultiplyAddEstimate(key, third, az);
            key = Vector256.Load(keys + Width);
            bx = Vector256.MultiplyAddEstimate(key, first, bx);
            by = Vector256.MultiplyAddEstimate(key, second, by);
            bz = Vector256.MultiplyAddEstimate(key, third, bz);
            key = Vector256.Load(keys + 2 * Width);
            cx = Vector256.MultiplyAddEstimate(key, first, cx);
            cy = Vector256.MultiplyAddEstimate(key, second, cy);
            cz = Vector256.MultiplyAddEstimate(key, third, cz);
            key = Vector256.Load(keys + 3 * Width);
            dx = Vector256.MultiplyAddEstimate(key, first, dx);
            dy = Vector256.MultiplyAddEstimate(key, second, dy);
            dz = Vector256.MultiplyAddEstimate(key, third, dz);
        }

        Store(ax * scale, bx * scale, cx * scale, dx * scale, scores.First);
        Store(ay * scale, by * scale, cy * scale, dy * scale, scores.Second);
        Store(az * scale, bz * scale, cz * scale, dz * scale, scores.Third);
    }

    /// <summary>attended[i] += Σ weights[j] · value[j][i], for all j from <paramref name="from"/> to <paramref name="to"/>
    /// (exclusive).</summary>
    /// <param name="values">[position][component]</param>
    /// <param name="from">The first position.</param>
    /// <param name="to">After the last.</param>
    /// <param name="weights">[position]</param>
    /// <param name="length">Components of a head.</param>
    /// <param name="attended">[component]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(float* values, int from, int to, float* weights, int length, float* attended)
    {
        var start = 0;
        for (; Vector128.IsHardwareAccelerated && start <= length - Chunk; start += Chunk)
            ReadChunk(values + start, from, to, weights, length, attended + start);
        ReadRest(values, start, from, to, weights, length, attended);
    }

    /// <summary>As <see cref="Read"/> for three heads, of which the last two may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReadThree(float* values, int from, int to, Three weights, int length, Three attended)
    {
        var start = 0;
        for (; Vector128.IsHardwareAccelerated && start <= length - Chunk; start += Chunk)
            ReadChunk(values + start, from, to, weights, length, attended.Behind(start));
        ReadRest(values, start, from, to, weights.First, length, attended.First);
        ReadRest(values, start, from, to, weights.Second, length, attended.Second);
        if (attended.Third != attended.Second)
            ReadRest(values, start, from, to, weights.Third, length, attended.Third);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadChunk(float* values, int from, int to, float* weights, int length, float* attended)
    {
        var (a, b, c, d) = Load(attended);
        values += from * length;
        for (var j = from; j < to; j++, values += length)
        {
            var x = Vector256.Create(weights[j]);
            a = Vector256.MultiplyAddEstimate(Vector256.Load(values), x, a);
            b = Vector256.MultiplyAddEstimate(Vector256.Load(values + Width), x, b);
            c = Vector256.MultiplyAddEstimate(Vector256.Load(values + 2 * Width), x, c);
            d = Vector256.MultiplyAddEstimate(Vector256.Load(values + 3 * Width), x, d);
        }

        Store(a, b, c, d, attended);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadChunk(float* values, int from, int to, Three weights, int length, Three attended)
    {
        float* x = weights.First, y = weights.Second, z = weights.Third;
        var (ax, bx, cx, dx) = Load(attended.First);
        var (ay, by, cy, dy) = Load(attended.Second);
        var (az, bz, cz, dz) = Load(attended.Third);
        values += from * length;
        for (nint j = from; j < to; j++, values += length)
        {
            var (first, second, third) = (Vector256.Create(x[j]), Vector256.Create(y[j]), Vector256.Create(z[j]));
            var value = Vector256.Load(values);
            ax = Vector256.MultiplyAddEstimate(value, first, ax);
            ay = Vector256.MultiplyAddEstimate(value, second, ay);
            az = Vector256.MultiplyAddEstimate(value, third, az);
            value = Vector256.Load(values + Width);
            bx = Vector256.MultiplyAddEstimate(value, first, bx);
            by = Vector256.MultiplyAddEstimate(value, second, by);
            bz = Vector256.MultiplyAddEstimate(value, third, bz);
            value = Vector256.Load(values + 2 * Width);
            cx = Vector256.MultiplyAddEstimate(value, first, cx);
            cy = Vector256.MultiplyAddEstimate(value, second, cy);
            cz = Vector256.MultiplyAddEstimate(value, third, cz);
            value = Vector256.Load(values + 3 * Width);
            dx = Vector256.MultiplyAddEstimate(value, first, dx);
            dy = Vector256.MultiplyAddEstimate(value, second, dy);
            dz = Vector256.MultiplyAddEstimate(value, third, dz);
        }

        Store(ax, bx, cx, dx, attended.First);
        Store(ay, by, cy, dy, attended.Second);
        Store(az, bz, cz, dz, attended.Third);
    }

    private static void ReadRest(float* values, int start, int from, int to, float* weights, int length, float* attended)
    {
        if (start == length)
            return;
        for (var j = from; j < to; j++)
            Vectors.AddScaled(weights[j], values + j * length + start, attended + start, length - start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> A, Vector256<float> B, Vector256<float> C, Vector256<float> D) Load(float* source) =>
        (Vector256.Load(source), Vector256.Load(source + Width), Vector256.Load(source + 2 * Width), Vector256.Load(source + 3 * Width));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, float* target)
    {
        a.Store(target);
        b.Store(target + Width);
        c.Store(target + 2 * Width);
        d.Store(target + 3 * Width);
    }

    /// <summary>A vector of each of three heads.</summary>
    public readonly struct Three(float* first, float* second, float* third)
    {
        public float* First => first;

        public float* Second => second;

        public float* Third => third;

        public Three Behind(int count) => new(first + count, second + count, third + count);
    }
}
