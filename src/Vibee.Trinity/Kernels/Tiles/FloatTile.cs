using System.Runtime.CompilerServices;
using Vibee.Trinity.Kernels.Panels;

namespace Vibee.Trinity.Kernels.Tiles;

/// <summary>
/// Products of three rows of floats with four columns. Twelve sums, three weights and an activation are sixteen registers;
/// seven loads feed twelve multiplications. In local variables, spelled out: the compiler keeps no array in registers.
/// </summary>
internal static unsafe class FloatTile<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    public const int Rows = 3;
    public const int Columns = 4;

    /// <summary>Floats of a tile's sums.</summary>
    public static int Sums => Rows * Columns * TLanes.Count;

    /// <param name="weights">The first row.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="x">Four columns; some may be the same.</param>
    /// <param name="start">The first value of the columns, which meets the first weight.</param>
    /// <param name="length">Whole registers.</param>
    /// <param name="sums">A register for each row of each column [column][row], to which products are added in order.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* weights, int stride, float** x, int start, int length, float* sums)
    {
        byte* w0 = (byte*)weights, w1 = (byte*)(weights + stride), w2 = (byte*)(weights + 2 * stride);
        byte* x0 = (byte*)(x[0] + start), x1 = (byte*)(x[1] + start), x2 = (byte*)(x[2] + start), x3 = (byte*)(x[3] + start);
        TV a0 = At(sums, 0), b0 = At(sums, 1), c0 = At(sums, 2), a1 = At(sums, 3), b1 = At(sums, 4), c1 = At(sums, 5);
        TV a2 = At(sums, 6), b2 = At(sums, 7), c2 = At(sums, 8), a3 = At(sums, 9), b3 = At(sums, 10), c3 = At(sums, 11);
        for (nint i = 0; i < (nint)length * sizeof(float); i += TLanes.Count * sizeof(float))
        {
            TV a = TLanes.Load(w0 + i), b = TLanes.Load(w1 + i), c = TLanes.Load(w2 + i);
            var value = TLanes.Load(x0 + i);
            a0 = TLanes.MultiplyAdd(a, value, a0);
            b0 = TLanes.MultiplyAdd(b, value, b0);
            c0 = TLanes.MultiplyAdd(c, value, c0);
            value = TLanes.Load(x1 + i);
            a1 = TLanes.MultiplyAdd(a, value, a1);
            b1 = TLanes.MultiplyAdd(b, value, b1);
            c1 = TLanes.MultiplyAdd(c, value, c1);
            value = TLanes.Load(x2 + i);
            a2 = TLanes.MultiplyAdd(a, value, a2);
            b2 = TLanes.MultiplyAdd(b, value, b2);
            c2 = TLanes.MultiplyAdd(c, value, c2);
            value = TLanes.Load(x3 + i);
            a3 = TLanes.MultiplyAdd(a, value, a3);
            b3 = TLanes.MultiplyAdd(b, value, b3);
            c3 = TLanes.MultiplyAdd(c, value, c3);
        }

        Store(a0, b0, c0, sums);
        Store(a1, b1, c1, sums + Rows * TLanes.Count);
        Store(a2, b2, c2, sums + 2 * Rows * TLanes.Count);
        Store(a3, b3, c3, sums + 3 * Rows * TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV At(float* sums, int index) => TLanes.Load((byte*)(sums + index * TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TV a, TV b, TV c, float* sums)
    {
        TLanes.Store(a, sums);
        TLanes.Store(b, sums + TLanes.Count);
        TLanes.Store(c, sums + 2 * TLanes.Count);
    }
}
