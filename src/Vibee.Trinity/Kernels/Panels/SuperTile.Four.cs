using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Kernels.Panels;

// Four columns at once: what it costs to unpack a panel is paid once for all. Eight sums leave room in sixteen registers
// for codes, activations and products. In local variables, spelled out: the compiler keeps no array in registers.
internal static unsafe partial class SuperTile<TLanes, TV, TPanel>
{
    /// <param name="block">The panel's first.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="x">Four columns; some may be the same.</param>
    /// <param name="y">A result for each row of each column is added to it, column by column.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(byte* block, int blocks, SuperColumn* x, float* y)
    {
        var sums = stackalloc byte[8 * Register];
        sbyte* x0 = x[0].Quants, x1 = x[1].Quants, x2 = x[2].Quants, x3 = x[3].Quants;
        for (var i = 0; i < blocks; i++, block += SuperBlock<TLanes, TV, TPanel>.Size)
        {
            TV sum0A = default, sum0B = default, sum1A = default, sum1B = default, sum2A = default, sum2B = default, sum3A = default, sum3B = default;
            TV scaleA = TLanes.Broadcast(0x10001), scaleB = scaleA, pairA = default, pairB = default;
            var unit = block;
            for (var small = 0; small < Activations.SuperBlock / TPanel.ScaleLength; small++)
            {
                if (HasScales)
                {
                    var pair = block + SuperBlock<TLanes, TV, TPanel>.ScalesAt + small / 2 * Register;
                    pairA = (small & 1) == 0 ? Pair(pair) : TLanes.UpperToLower(pairA);
                    pairB = (small & 1) == 0 ? Pair(pair + Register / 2) : TLanes.UpperToLower(pairB);
                    (scaleA, scaleB) = (TLanes.TwiceLower(pairA), TLanes.TwiceLower(pairB));
                }

                TV a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
                for (var part = 0; part < TPanel.ScaleLength; part += 4 * TPanel.UnitGroups)
                {
                    Group(unit, 0, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                    Group(unit, 1, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                    Group(unit, 2, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                    Group(unit, 3, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                    if (TPanel.SumGroups == 4)
                    {
                        Fold(scaleA, ref a0, ref sum0A);
                        Fold(scaleB, ref b0, ref sum0B);
                        Fold(scaleA, ref a1, ref sum1A);
                        Fold(scaleB, ref b1, ref sum1B);
                        Fold(scaleA, ref a2, ref sum2A);
                        Fold(scaleB, ref b2, ref sum2B);
                        Fold(scaleA, ref a3, ref sum3A);
                        Fold(scaleB, ref b3, ref sum3B);
                    }

                    if (TPanel.UnitGroups == 8)
                    {
                        Group(unit, 4, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                        Group(unit, 5, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                        Group(unit, 6, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                        Group(unit, 7, x0, x1, x2, x3, ref a0, ref b0, ref a1, ref b1, ref a2, ref b2, ref a3, ref b3);
                    }

                    Prefetch(unit);
                    unit += SuperBlock<TLanes, TV, TPanel>.UnitBytes;
                    x0 += 4 * TPanel.UnitGroups;
                    x1 += 4 * TPanel.UnitGroups;
                    x2 += 4 * TPanel.UnitGroups;
                    x3 += 4 * TPanel.UnitGroups;
                }

                Fold(scaleA, ref a0, ref sum0A);
                Fold(scaleB, ref b0, ref sum0B);
                Fold(scaleA, ref a1, ref sum1A);
                Fold(scaleB, ref b1, ref sum1B);
                Fold(scaleA, ref a2, ref sum2A);
                Fold(scaleB, ref b2, ref sum2B);
                Fold(scaleA, ref a3, ref sum3A);
                Fold(scaleB, ref b3, ref sum3B);
            }

            Store(sum0A, sum0B, sums);
            Store(sum1A, sum1B, sums + 2 * Register);
            Store(sum2A, sum2B, sums + 4 * Register);
            Store(sum3A, sum3B, sums + 6 * Register);
            Finish(block, x, 4, i, sums, y);
        }
    }

    /// <summary>Adds a group of weights of all rows times all columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Group(
        byte* unit, int group, sbyte* x0, sbyte* x1, sbyte* x2, sbyte* x3,
        ref TV a0, ref TV b0, ref TV a1, ref TV b1, ref TV a2, ref TV b2, ref TV a3, ref TV b3)
    {
        var (a, b) = (TPanel.Codes(unit, group), TPanel.Codes(unit + Register, group));
        AddProducts(a, b, At(x0, group), ref a0, ref b0);
        AddProducts(a, b, At(x1, group), ref a1, ref b1);
        AddProducts(a, b, At(x2, group), ref a2, ref b2);
        AddProducts(a, b, At(x3, group), ref a3, ref b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(TV a, TV b, TV x, ref TV sumA, ref TV sumB)
    {
        sumA = TLanes.AddShorts(sumA, TLanes.MultiplyBytes(a, x));
        sumB = TLanes.AddShorts(sumB, TLanes.MultiplyBytes(b, x));
    }
}
