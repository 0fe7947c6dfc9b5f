using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Vibee.Trinity.Kernels.Panels;

namespace Vibee.Trinity.Kernels.Tiles;

/// <summary>Products of four rows with one column, where memory is what is waited for: weights are widened as they come.</summary>
internal static unsafe class FloatStream<TLayout, TLanes, TV>
    where TLayout : struct, IFloatLayout
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    // Enough sums to hide the latency of the addition; more rows would share sets of the first cache with those ahead.
    public const int Rows = 4;

    /// <param name="source">The first row.</param>
    /// <param name="rowBytes">From one row to the next.</param>
    /// <param name="rows">How many there are, if fewer than four.</param>
    /// <param name="length">Whole registers.</param>
    /// <param name="x">A column.</param>
    /// <param name="sums">A register for each row, which is overwritten.</param>
    /// <remarks>Without calls, even for what comes after the loop: they would cost the loop its registers.</remarks>
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
}
