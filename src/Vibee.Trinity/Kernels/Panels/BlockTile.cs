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

    // Blocks whose integers wait for their scales together.
    private const int Batch = 8;

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
    /// <param name="y">A result for each row is added to it.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(byte* block, int blocks, int zero, bool hasOffsets, BlockColumn* x, float* y)
    {
        var sums = stackalloc byte[Batch * 2 * Register];
        var quants = x->Quants;
        for (var first = 0; first < blocks; first += Batch)
        {
            byte* start = block, sum = sums;
            for (var i = first; i < first + Batch && i < blocks; i++)
            {
                Prefetch(block);
                TV a = default, b = default;
                Group(block, 0, quants, ref a, ref b);
                Group(block, 1, quants, ref a, ref b);
                Group(block, 2, quants, ref a, ref b);
                Group(block, 3, quants, ref a, ref b);
                var (half, other) = (a, b);
                if (TCodes.SumGroups == 4)
                    (a, b) = (default, default);
                Group(block, 4, quants, ref a, ref b);
                Group(block, 5, quants, ref a, ref b);
                Group(block, 6, quants, ref a, ref b);
                Group(block, 7, quants, ref a, ref b);
                Store(half, a, sum);
                Store(other, b, sum + Register);
                sum += 2 * Register;
                quants += Activations.Block;
                block += hasOffsets ? UnitBytes + 2 * Register : UnitBytes + Register;
            }

            Finish(start, first, Math.Min(Batch, blocks - first), zero, hasOffsets, x, 1, sums, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* block)
    {
        if (!Sse.IsSupported)
            return;
        for (var line = 0; line < UnitBytes + Register; line += 64)
            Sse.Prefetch0(block + Ahead + line);
    }

    /// <summary>Adds a group of weights of all rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Group(byte* unit, int group, sbyte* x, ref TV a, ref TV b)
    {
        var values = At(x, group);
        a = TCodes.AddProducts(a, TCodes.Codes(unit, group), values);
        b = TCodes.AddProducts(b, TCodes.Codes(unit + Register, group), values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV At(sbyte* x, int group) => TLanes.Broadcast(((int*)x)[group]);

    /// <summary>Stores the sum of a block as 32 bits.</summary>
    /// <param name="half">Of the first half, where 16 bits hold no more.</param>
    /// <param name="sum">Of the rest.</param>
    /// <param name="target">A register.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TV half, TV sum, byte* target)
    {
        if (TCodes.SumGroups > 0)
            sum = TLanes.MultiplyShorts(sum, TLanes.Broadcast(0x10001));
        if (TCodes.SumGroups == 4)
            sum = TLanes.AddIntegers(sum, TLanes.MultiplyShorts(half, TLanes.Broadcast(0x10001)));
        TLanes.Store(sum, (float*)target);
    }

    /// <summary>Adds some blocks to the results: integers times the scales of rows and columns, and offsets.</summary>
    /// <remarks>Apart from the loops over integers, which leave no registers for it.</remarks>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Finish(byte* block, int first, int count, int zero, bool hasOffsets, BlockColumn* x, int columns, byte* sums, float* y)
    {
        // Scales of each block, then offsets of each.
        var floats = stackalloc byte[2 * Batch * 2 * Register];
        var offsets = floats + Batch * 2 * Register;
        for (var i = 0; i < count; i++, block += Size(hasOffsets))
        {
            Widen(block + UnitBytes, floats + i * 2 * Register);
            if (hasOffsets)
                Widen(block + UnitBytes + Register, offsets + i * 2 * Register);
        }

        for (var c = 0; c < columns; c++, x++, y += 2 * TLanes.Count)
        {
            var (a, b) = (TLanes.Load((byte*)y), TLanes.Load((byte*)y + Register));
            for (var i = 0; i < count; i++)
            {
                byte* sum = sums + (i * columns + c) * 2 * Register, scales = floats + i * 2 * Register;
                var taken = TLanes.Broadcast(zero * x->Integers[first + i]);
                var scale = Broadcast(x->Scales[first + i]);
                a = TLanes.Add(a, TLanes.Multiply(TLanes.ToFloats(TLanes.SubtractIntegers(TLanes.Load(sum), taken)), TLanes.Multiply(TLanes.Load(scales), scale)));
                b = TLanes.Add(b, TLanes.Multiply(TLanes.ToFloats(TLanes.SubtractIntegers(TLanes.Load(sum + Register), taken)), TLanes.Multiply(TLanes.Load(scales + Register), scale)));
                if (!hasOffsets)
                    continue;
                var total = Broadcast(x->Sums[first + i]);
                a = TLanes.Add(a, TLanes.Multiply(TLanes.Load(offsets + i * 2 * Register), total));
                b = TLanes.Add(b, TLanes.Multiply(TLanes.Load(offsets + i * 2 * Register + Register), total));
            }

            TLanes.Store(a, y);
            TLanes.Store(b, y + TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(byte* halves, byte* floats)
    {
        TLanes.Store(TLanes.WidenHalves(halves), (float*)floats);
        TLanes.Store(TLanes.WidenHalves(halves + Register / 2), (float*)(floats + Register));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Broadcast(float value) => TLanes.Broadcast(BitConverter.SingleToInt32Bits(value));
}
