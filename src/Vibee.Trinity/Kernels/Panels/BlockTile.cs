using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>
/// Products of a panel in blocks of 32 with one column, or with four: as <see cref="SuperTile{TLanes, TV, TPanel}"/>, with a
/// scale of 16 bits for each row of a block instead of small ones and large ones.
/// </summary>
internal static unsafe partial class BlockTile<TLanes, TV, TCodes>
    where TLanes : struct, ILanes<TV>
    where TV : struct
    where TCodes : struct, ICodes<TLanes, TV>
{
    private const int Ahead = 4096;

    private static int Register
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4 * TLanes.Count;
    }

    public static int UnitBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TCodes.UnitRegisters * Register;
    }

    /// <summary>A block: codes, a 16-bit scale [row], and where there are any a 16-bit offset [row].</summary>
    public static int Size(bool hasOffsets) => UnitBytes + (hasOffsets ? 2 : 1) * Register;

    /// <param name="block">The panel's first.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="zero">What is taken from codes to have weights.</param>
    /// <param name="hasOffsets">Whether blocks have them.</param>
    /// <param name="x">A column.</param>
    /// <param name="y">Gets a result for each row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(byte* block, int blocks, int zero, bool hasOffsets, BlockColumn* x, float* y)
    {
        TV totalA = default, totalB = default;
        var quants = x->Quants;
        for (var i = 0; i < blocks; i++)
        {
            Prefetch(block);
            TV a = default, b = default, sumA = default, sumB = default;
            Step(block, 0, quants, ref a, ref sumA);
            Step(block + Register, 0, quants, ref b, ref sumB);
            Step(block, 2, quants, ref a, ref sumA);
            Step(block + Register, 2, quants, ref b, ref sumB);
            if (TCodes.SumGroups == 4)
            {
                Fold(ref a, ref sumA);
                Fold(ref b, ref sumB);
            }

            Step(block, 4, quants, ref a, ref sumA);
            Step(block + Register, 4, quants, ref b, ref sumB);
            Step(block, 6, quants, ref a, ref sumA);
            Step(block + Register, 6, quants, ref b, ref sumB);
            if (TCodes.SumGroups > 0)
            {
                Fold(ref a, ref sumA);
                Fold(ref b, ref sumB);
            }

            block += UnitBytes;
            quants += Activations.Block;
            var (scaleA, scaleB) = (TLanes.WidenHalves(block), TLanes.WidenHalves(block + Register / 2));
            AddBlock(sumA, sumB, scaleA, scaleB, zero, x, i, ref totalA, ref totalB);
            block += Register;
            if (!hasOffsets)
                continue;
            AddOffset(TLanes.WidenHalves(block), TLanes.WidenHalves(block + Register / 2), x, i, ref totalA, ref totalB);
            block += Register;
        }

        TLanes.Store(totalA, y);
        TLanes.Store(totalB, y + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* block)
    {
        if (!Sse.IsSupported)
            return;
        for (var line = 0; line < UnitBytes + Register; line += 64)
            Sse.Prefetch0(block + Ahead + line);
    }

    /// <summary>Adds two groups of one register of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(byte* unit, int group, sbyte* x, ref TV shorts, ref TV sum)
    {
        if (TCodes.SumGroups == 0)
        {
            sum = TLanes.AddIntegers(sum, TLanes.MultiplySigned(TCodes.Codes(unit, group), At(x, group)));
            sum = TLanes.AddIntegers(sum, TLanes.MultiplySigned(TCodes.Codes(unit, group + 1), At(x, group + 1)));
            return;
        }

        var first = TLanes.MultiplyBytes(TCodes.Codes(unit, group), At(x, group));
        shorts = TLanes.AddShorts(shorts, TLanes.AddShorts(first, TLanes.MultiplyBytes(TCodes.Codes(unit, group + 1), At(x, group + 1))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV At(sbyte* x, int group) => TLanes.Broadcast(((int*)x)[group]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(ref TV shorts, ref TV sum)
    {
        sum = TLanes.AddIntegers(sum, TLanes.MultiplyShorts(shorts, TLanes.Broadcast(0x10001)));
        shorts = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddBlock(TV sumA, TV sumB, TV scaleA, TV scaleB, int zero, BlockColumn* x, int index, ref TV totalA, ref TV totalB)
    {
        var offset = TLanes.Broadcast(zero * x->Integers[index]);
        var scale = Broadcast(x->Scales[index]);
        totalA = TLanes.Add(totalA, TLanes.Multiply(TLanes.ToFloats(TLanes.SubtractIntegers(sumA, offset)), TLanes.Multiply(scaleA, scale)));
        totalB = TLanes.Add(totalB, TLanes.Multiply(TLanes.ToFloats(TLanes.SubtractIntegers(sumB, offset)), TLanes.Multiply(scaleB, scale)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddOffset(TV offsetA, TV offsetB, BlockColumn* x, int index, ref TV totalA, ref TV totalB)
    {
        var sum = Broadcast(x->Sums[index]);
        totalA = TLanes.Add(totalA, TLanes.Multiply(offsetA, sum));
        totalB = TLanes.Add(totalB, TLanes.Multiply(offsetB, sum));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Broadcast(float value) => TLanes.Broadcast(BitConverter.SingleToInt32Bits(value));
}
