using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Kernels.Panels;

// Four columns at once, in local variables, as in SuperTile.
internal static unsafe partial class BlockTile<TLanes, TV, TCodes>
{
    /// <param name="block">The panel's first.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="zero">What is taken from codes to have weights.</param>
    /// <param name="hasOffsets">Whether blocks have them.</param>
    /// <param name="x">Four columns; some may be the same.</param>
    /// <param name="y">A result for each row of each column is added to it, column by column.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(byte* block, int blocks, int zero, bool hasOffsets, BlockColumn* x, float* y)
    {
        var sums = stackalloc byte[Batch * 8 * Register];
        sbyte* x0 = x[0].Quants, x1 = x[1].Quants, x2 = x[2].Quants, x3 = x[3].Quants;
        for (var first = 0; first < blocks; first += Batch)
        {
            byte* start = block, sum = sums;
            for (var i = first; i < first + Batch && i < blocks; i++)
            {
                Prefetch(block);
                TV a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
                Group(block, 0, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                Group(block, 1, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                Group(block, 2, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                Group(block, 3, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                TV c0 = a0, d0 = b0, c1 = a1, d1 = b1, c2 = a2, d2 = b2, c3 = a3, d3 = b3;
                if (TCodes.SumGroups == 4)
                    (a0, b0, a1, b1, a2, b2, a3, b3) = (default, default, default, default, default, default, default, default);
                Group(block, 4, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                Group(block, 5, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                Group(block, 6, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                Group(block, 7, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                Store(c0, a0, sum);
                Store(d0, b0, sum + Register);
                Store(c1, a1, sum + 2 * Register);
                Store(d1, b1, sum + 3 * Register);
                Store(c2, a2, sum + 4 * Register);
                Store(d2, b2, sum + 5 * Register);
                Store(c3, a3, sum + 6 * Register);
                Store(d3, b3, sum + 7 * Register);
                sum += 8 * Register;
                x0 += Activations.Block;
                x1 += Activations.Block;
                x2 += Activations.Block;
                x3 += Activations.Block;
                block += hasOffsets ? UnitBytes + 2 * Register : UnitBytes + Register;
            }

            Finish(start, first, Math.Min(Batch, blocks - first), zero, hasOffsets, x, 4, sums, y);
        }
    }

    /// <summary>Adds a group of weights of all rows times all columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Group(
        byte* unit, int group, sbyte* x0, sbyte* x1, sbyte* x2, sbyte* x3,
        ref TV a0, ref TV b0, ref TV a1, ref TV b1, ref TV a2, ref TV b2, ref TV a3, ref TV b3)
    {
        var (a, b) = (TCodes.Codes(unit, group), TCodes.Codes(unit + Register, group));
        AddProducts(a, b, At(x0, group), ref a0, ref b0);
        AddProducts(a, b, At(x1, group), ref a1, ref b1);
        AddProducts(a, b, At(x2, group), ref a2, ref b2);
        AddProducts(a, b, At(x3, group), ref a3, ref b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(TV a, TV b, TV x, ref TV sumA, ref TV sumB)
    {
        sumA = TCodes.AddProducts(sumA, a, x);
        sumB = TCodes.AddProducts(sumB, b, x);
    }
}
