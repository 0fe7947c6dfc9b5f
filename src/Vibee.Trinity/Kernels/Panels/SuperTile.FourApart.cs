using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Kernels.Panels;

// Four columns at once where 16 bits hold only two groups, or one: scales, two groups of codes and the constants to unpack them
// leave no room for eight sums, so one register of rows takes its turn after the other.
internal static unsafe partial class SuperTile<TLanes, TV, TPanel>
{
    /// <inheritdoc cref="Four"/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourApart(byte* block, int blocks, SuperColumn* x, float* y)
    {
        var sums = stackalloc byte[8 * Register];
        for (var i = 0; i < blocks; i++, block += SuperBlock<TLanes, TV, TPanel>.Size)
        {
            for (var half = 0; half < 2; half++)
            {
                TV sum0 = default, sum1 = default, sum2 = default, sum3 = default, pair = default;
                var offset = i * Activations.SuperBlock;
                sbyte* x0 = x[0].Quants + offset, x1 = x[1].Quants + offset, x2 = x[2].Quants + offset, x3 = x[3].Quants + offset;
                var unit = block + half * Register;
                var pairs = block + SuperBlock<TLanes, TV, TPanel>.ScalesAt + half * (Register / 2);
                for (var small = 0; small < Activations.SuperBlock / TPanel.ScaleLength; small++)
                {
                    pair = (small & 1) == 0 ? Pair(pairs + small / 2 * Register) : TLanes.UpperToLower(pair);
                    var scale = TLanes.TwiceLower(pair);
                    for (var part = 0; part < TPanel.ScaleLength; part += 4 * TPanel.UnitGroups)
                    {
                        // A loop would make variables of the groups, and the codes' shifts slow.
                        Two(unit, 0, scale, x0, x1, x2, x3, ref sum0, ref sum1, ref sum2, ref sum3);
                        Two(unit, 2, scale, x0, x1, x2, x3, ref sum0, ref sum1, ref sum2, ref sum3);
                        if (TPanel.UnitGroups == 8)
                        {
                            Two(unit, 4, scale, x0, x1, x2, x3, ref sum0, ref sum1, ref sum2, ref sum3);
                            Two(unit, 6, scale, x0, x1, x2, x3, ref sum0, ref sum1, ref sum2, ref sum3);
                        }

                        if (half == 0)
                            Prefetch(unit);
                        unit += SuperBlock<TLanes, TV, TPanel>.UnitBytes;
                        x0 += 4 * TPanel.UnitGroups;
                        x1 += 4 * TPanel.UnitGroups;
                        x2 += 4 * TPanel.UnitGroups;
                        x3 += 4 * TPanel.UnitGroups;
                    }
                }

                Store(sum0, sum1, sum2, sum3, sums + half * Register);
            }

            Finish(block, x, 4, i, sums, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TV a, TV b, TV c, TV d, byte* target)
    {
        TLanes.Store(a, (float*)target);
        TLanes.Store(b, (float*)(target + 2 * Register));
        TLanes.Store(c, (float*)(target + 4 * Register));
        TLanes.Store(d, (float*)(target + 6 * Register));
    }

    /// <summary>Adds two groups of one register of rows, of which 16 bits hold no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(
        byte* unit, int group, TV scale, sbyte* x0, sbyte* x1, sbyte* x2, sbyte* x3, ref TV sum0, ref TV sum1, ref TV sum2, ref TV sum3)
    {
        var (first, second) = (TPanel.Codes(unit, group), TPanel.Codes(unit, group + 1));
        sum0 = TLanes.AddIntegers(sum0, Scaled(first, second, x0, group, scale));
        sum1 = TLanes.AddIntegers(sum1, Scaled(first, second, x1, group, scale));
        sum2 = TLanes.AddIntegers(sum2, Scaled(first, second, x2, group, scale));
        sum3 = TLanes.AddIntegers(sum3, Scaled(first, second, x3, group, scale));
    }
}
