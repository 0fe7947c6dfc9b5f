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
    /// <param name="y">Gets a result for each row of each column, column by column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(byte* block, int blocks, int zero, bool hasOffsets, BlockColumn* x, float* y)
    {
        TV total0A = default, total0B = default, total1A = default, total1B = default, total2A = default, total2B = default, total3A = default, total3B = default;
        sbyte* x0 = x[0].Quants, x1 = x[1].Quants, x2 = x[2].Quants, x3 = x[3].Quants;
        for (var i = 0; i < blocks; i++)
        {
            Prefetch(block);
            TV a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
            Group(block, 0, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
            Group(block, 1, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
            Group(block, 2, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
            Group(block, 3, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
            TV sum0A = default, sum0B = default, sum1A = default, sum1B = default, sum2A = default, sum2B = default, sum3A = default, sum3B = default;
            if (TCodes.SumGroups == 4)
            {
                Fold(ref a0, ref sum0A);
                Fold(ref b0, ref sum0B);
                Fold(ref a1, ref sum1A);
                Fold(ref b1, ref sum1B);
                Fold(ref a2, ref sum2A);
                Fold(ref b2, ref sum2B);
                Fold(ref a3, ref sum3A);
                Fold(ref b3, ref sum3B);
            }

            Group(block, 4, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
            Group(block, 5, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
            Group(block, 6, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
            Group(block, 7, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
            if (TCodes.SumGroups > 0)
            {
                Fold(ref a0, ref sum0A);
                Fold(ref b0, ref sum0B);
                Fold(ref a1, ref sum1A);
                Fold(ref b1, ref sum1B);
                Fold(ref a2, ref sum2A);
                Fold(ref b2, ref sum2B);
                Fold(ref a3, ref sum3A);
                Fold(ref b3, ref sum3B);
            }
            else
            {
                (sum0A, sum0B, sum1A, sum1B, sum2A, sum2B, sum3A, sum3B) = (a0, b0, a1, b1, a2, b2, a3, b3);
            }

            block += UnitBytes;
            x0 += Activations.Block;
            x1 += Activations.Block;
            x2 += Activations.Block;
            x3 += Activations.Block;
            var (scaleA, scaleB) = (TLanes.WidenHalves(block), TLanes.WidenHalves(block + Register / 2));
            AddBlock(sum0A, sum0B, scaleA, scaleB, zero, x, i, ref total0A, ref total0B);
            AddBlock(sum1A, sum1B, scaleA, scaleB, zero, x + 1, i, ref total1A, ref total1B);
            AddBlock(sum2A, sum2B, scaleA, scaleB, zero, x + 2, i, ref total2A, ref total2B);
            AddBlock(sum3A, sum3B, scaleA, scaleB, zero, x + 3, i, ref total3A, ref total3B);
            block += Register;
            if (!hasOffsets)
                continue;
            var (offsetA, offsetB) = (TLanes.WidenHalves(block), TLanes.WidenHalves(block + Register / 2));
            AddOffset(offsetA, offsetB, x, i, ref total0A, ref total0B);
            AddOffset(offsetA, offsetB, x + 1, i, ref total1A, ref total1B);
            AddOffset(offsetA, offsetB, x + 2, i, ref total2A, ref total2B);
            AddOffset(offsetA, offsetB, x + 3, i, ref total3A, ref total3B);
            block += Register;
        }

        Store(total0A, total0B, y);
        Store(total1A, total1B, y + 2 * TLanes.Count);
        Store(total2A, total2B, y + 4 * TLanes.Count);
        Store(total3A, total3B, y + 6 * TLanes.Count);
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
        sumA = TCodes.SumGroups == 0 ? TLanes.AddIntegers(sumA, TLanes.MultiplySigned(a, x)) : TLanes.AddShorts(sumA, TLanes.MultiplyBytes(a, x));
        sumB = TCodes.SumGroups == 0 ? TLanes.AddIntegers(sumB, TLanes.MultiplySigned(b, x)) : TLanes.AddShorts(sumB, TLanes.MultiplyBytes(b, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TV a, TV b, float* target)
    {
        TLanes.Store(a, target);
        TLanes.Store(b, target + TLanes.Count);
    }
}
