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
    /// <summary>Positions of a block, which are the sums of four registers.</summary>
    public const int Positions = 4 * Width;

    private const int Width = 8;

    /// <summary>scores[j] = scale · Σ key[i][j] · query[i], for all positions j of a block.</summary>
    /// <param name="keys">[component][position]</param>
    /// <param name="query">[component]</param>
    /// <param name="length">Components of a head.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="scores">[position]</param>
    public static void Score(float* keys, float* query, int length, float scale, float* scores)
    {
        new Span<float>(scores, Positions).Clear();
        Add(keys, Positions, query, length, scale, scores);
    }

    /// <summary>As <see cref="Score"/> for three heads, of which the last two may be the same.</summary>
    public static void ScoreThree(float* keys, Three queries, int length, float scale, Three scores)
    {
        new Span<float>(scores.First, Positions).Clear();
        new Span<float>(scores.Second, Positions).Clear();
        new Span<float>(scores.Third, Positions).Clear();
        AddThree(keys, Positions, queries, length, scale, scores);
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
        values += from * length;
        for (; Vector128.IsHardwareAccelerated && start <= length - 4 * Width; start += 4 * Width)
            Add(values + start, length, weights + from, to - from, 1, attended + start);
        ReadRest(values, start, weights + from, to - from, length, attended);
    }

    /// <summary>As <see cref="Read"/> for three heads, of which the last two may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReadThree(float* values, int from, int to, Three weights, int length, Three attended)
    {
        var start = 0;
        values += from * length;
        weights = weights.Behind(from);
        for (; Vector128.IsHardwareAccelerated && start <= length - 4 * Width; start += 4 * Width)
            AddThree(values + start, length, weights, to - from, 1, attended.Behind(start));
        ReadRest(values, start, weights.First, to - from, length, attended.First);
        ReadRest(values, start, weights.Second, to - from, length, attended.Second);
        if (attended.Third != attended.Second)
            ReadRest(values, start, weights.Third, to - from, length, attended.Third);
    }

    /// <summary>sums = scale · (sums + Σ factors[i] · row[i]), each of four registers.</summary>
    /// <param name="rows">The first.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="factors">One for each row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="scale">1 changes nothing.</param>
    /// <param name="sums">Four registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* rows, int stride, float* factors, int count, float scale, float* sums)
    {
        var (a, b, c, d) = Load(sums);
        for (var i = 0; i < count; i++, rows += stride)
        {
            var x = Vector256.Create(factors[i]);
            a = Vector256.MultiplyAddEstimate(Vector256.Load(rows), x, a);
            b = Vector256.MultiplyAddEstimate(Vector256.Load(rows + Width), x, b);
            c = Vector256.MultiplyAddEstimate(Vector256.Load(rows + 2 * Width), x, c);
            d = Vector256.MultiplyAddEstimate(Vector256.Load(rows + 3 * Width), x, d);
        }

        Store(a * scale, b * scale, c * scale, d * scale, sums);
    }

    /// <summary>As <see cref="Add"/> for three heads, of which the last two may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddThree(float* rows, int stride, Three factors, int count, float scale, Three sums)
    {
        float* x = factors.First, y = factors.Second, z = factors.Third;
        var (ax, bx, cx, dx) = Load(sums.First);
        var (ay, by, cy, dy) = Load(sums.Second);
        var (az, bz, cz, dz) = Load(sums.Third);
        for (nint i = 0; i < count; i++, rows += stride)
        {
            var (first, second, third) = (Vector256.Create(x[i]), Vector256.Create(y[i]), Vector256.Create(z[i]));
            var row = Vector256.Load(rows);
            ax = Vector256.MultiplyAddEstimate(row, first, ax);
            ay = Vector256.MultiplyAddEstimate(row, second, ay);
            az = Vector256.MultiplyAddEstimate(row, third, az);
            row = Vector256.Load(rows + Width);
            bx = Vector256.MultiplyAddEstimate(row, first, bx);
            by = Vector256.MultiplyAddEstimate(row, second, by);
            bz = Vector256.MultiplyAddEstimate(row, third, bz);
            row = Vector256.Load(rows + 2 * Width);
            cx = Vector256.MultiplyAddEstimate(row, first, cx);
            cy = Vector256.MultiplyAddEstimate(row, second, cy);
            cz = Vector256.MultiplyAddEstimate(row, third, cz);
            row = Vector256.Load(rows + 3 * Width);
            dx = Vector256.MultiplyAddEstimate(row, first, dx);
            dy = Vector256.MultiplyAddEstimate(row, second, dy);
            dz = Vector256.MultiplyAddEstimate(row, third, dz);
        }

        Store(ax * scale, bx * scale, cx * scale, dx * scale, sums.First);
        Store(ay * scale, by * scale, cy * scale, dy * scale, sums.Second);
        Store(az * scale, bz * scale, cz * scale, dz * scale, sums.Third);
    }

    private static void ReadRest(float* values, int start, float* weights, int count, int length, float* attended)
    {
        if (start == length)
            return;
        for (var j = 0; j < count; j++)
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
