using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Vibee.Trinity.Kernels.Panels;

namespace Vibee.Trinity.Kernels.Tiles;

/// <summary>Products of a few rows with one column or up to four, where memory is what is waited for: weights are widened as
/// they come.</summary>
/// <remarks>Without calls, even for what comes after the loops: they would cost the loops their registers.</remarks>
internal static unsafe class FloatStream<TLayout, TLanes, TV>
    where TLayout : struct, IFloatLayout
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    // Enough sums to hide the latency of the addition; more rows would share sets of the first cache with those ahead.
    public const int Rows = 4;

    // With four columns eight sums leave registers for the constants that widen weights.
    public const int FewRows = 2;
    public const int FewColumns = 4;

    /// <param name="source">The first row.</param>
    /// <param name="rowBytes">From one row to the next.</param>
    /// <param name="rows">How many there are, if fewer than four.</param>
    /// <param name="length">Whole registers.</param>
    /// <param name="x">A column.</param>
    /// <param name="sums">A register for each row, which is overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(byte* source, long rowBytes, int rows, int length, float* x, float* sums)
    {
        // The first one again where there are not four.
        byte* w0 = source, w1 = source + (rows > 1 ? rowBytes : 0), w2 = source + (rows > 2 ? 2 * rowBytes : 0), w3 = source + (rows > 3 ? 3 * rowBytes : 0);
        // The rows after these.
        var ahead = (nint)(Rows * rowBytes);
        TV a = default, b = default, c = default, d = default;
        for (nint i = 0; i < length; i += TLanes.Count)
        {
            var at = i * TLayout.Size;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(w0 + at + ahead);
                Sse.Prefetch0(w1 + at + ahead);
                Sse.Prefetch0(w2 + at + ahead);
                Sse.Prefetch0(w3 + at + ahead);
            }

            var value = TLanes.Load((byte*)(x + i));
            a = TLanes.MultiplyAdd(TLayout.Widen<TLanes, TV>(w0 + at), value, a);
            b = TLanes.MultiplyAdd(TLayout.Widen<TLanes, TV>(w1 + at), value, b);
            c = TLanes.MultiplyAdd(TLayout.Widen<TLanes, TV>(w2 + at), value, c);
            d = TLanes.MultiplyAdd(TLayout.Widen<TLanes, TV>(w3 + at), value, d);
        }

        TLanes.Store(a, sums);
        TLanes.Store(b, sums + TLanes.Count);
        TLanes.Store(c, sums + 2 * TLanes.Count);
        TLanes.Store(d, sums + 3 * TLanes.Count);
    }

    /// <param name="source">The first row.</param>
    /// <param name="other">The second, or the first again.</param>
    /// <param name="ahead">Bytes to the rows after these.</param>
    /// <param name="length">Whole registers.</param>
    /// <param name="x">Four columns; some may be the same.</param>
    /// <param name="sums">A register for each row of each column [column][row], which is overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyFew(byte* source, byte* other, nint ahead, int length, float** x, float* sums)
    {
        float* x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
        TV a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
        for (nint i = 0; i < length; i += TLanes.Count)
        {
            var at = i * TLayout.Size;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(source + at + ahead);
                Sse.Prefetch0(other + at + ahead);
            }

            var weight = TLayout.Widen<TLanes, TV>(source + at);
            a0 = TLanes.MultiplyAdd(weight, TLanes.Load((byte*)(x0 + i)), a0);
            a1 = TLanes.MultiplyAdd(weight, TLanes.Load((byte*)(x1 + i)), a1);
            a2 = TLanes.MultiplyAdd(weight, TLanes.Load((byte*)(x2 + i)), a2);
            a3 = TLanes.MultiplyAdd(weight, TLanes.Load((byte*)(x3 + i)), a3);
            weight = TLayout.Widen<TLanes, TV>(other + at);
            b0 = TLanes.MultiplyAdd(weight, TLanes.Load((byte*)(x0 + i)), b0);
            b1 = TLanes.MultiplyAdd(weight, TLanes.Load((byte*)(x1 + i)), b1);
            b2 = TLanes.MultiplyAdd(weight, TLanes.Load((byte*)(x2 + i)), b2);
            b3 = TLanes.MultiplyAdd(weight, TLanes.Load((byte*)(x3 + i)), b3);
        }

        TLanes.Store(a0, sums);
        TLanes.Store(b0, sums + TLanes.Count);
        TLanes.Store(a1, sums + 2 * TLanes.Count);
        TLanes.Store(b1, sums + 3 * TLanes.Count);
        TLanes.Store(a2, sums + 4 * TLanes.Count);
        TLanes.Store(b2, sums + 5 * TLanes.Count);
        TLanes.Store(a3, sums + 6 * TLanes.Count);
        TLanes.Store(b3, sums + 7 * TLanes.Count);
    }
}
