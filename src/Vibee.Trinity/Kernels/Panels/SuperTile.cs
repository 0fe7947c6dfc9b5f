using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>
/// Products of a panel with one column, or with four. Integers are exact: products of bytes are added as 16 bits for as
/// long as they fit, then times the small scale as 32. Blocks are added up in order, with separate multiplications and
/// additions, alike in both tiles: a result is the same bits in every company and with every width of registers.
/// </summary>
internal static unsafe partial class SuperTile<TLanes, TV, TPanel>
    where TLanes : struct, ILanes<TV>
    where TV : struct
    where TPanel : struct, ISuperPanel<TLanes, TV>
{
    // Bytes: the one stream from memory is what a decoding step waits for.
    private const int Ahead = 4096;

    private static int Register
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => SuperBlock<TLanes, TV, TPanel>.Register;
    }

    private static bool HasScales
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => SuperBlock<TLanes, TV, TPanel>.HasScales;
    }

    /// <summary>Pairs of sums of activations in a block.</summary>
    private static int Sums
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Activations.SuperBlock / 2 / (TPanel.ScaleLength == 16 ? 16 : 32);
    }

    /// <param name="block">The panel's first.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="x">A column.</param>
    /// <param name="y">A result for each row is added to it.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(byte* block, int blocks, SuperColumn* x, float* y)
    {
        var sums = stackalloc byte[2 * Register];
        var quants = x->Quants;
        for (var i = 0; i < blocks; i++, block += SuperBlock<TLanes, TV, TPanel>.Size)
        {
            TV sumA = default, sumB = default, scaleA = TLanes.Broadcast(0x10001), scaleB = scaleA, pairA = default, pairB = default;
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

                TV a = default, b = default;
                for (var part = 0; part < TPanel.ScaleLength; part += 4 * TPanel.UnitGroups)
                {
                    Prefetch(unit);
                    Step(unit, 0, quants, scaleA, ref a, ref sumA);
                    Step(unit + Register, 0, quants, scaleB, ref b, ref sumB);
                    Step(unit, 2, quants, scaleA, ref a, ref sumA);
                    Step(unit + Register, 2, quants, scaleB, ref b, ref sumB);
                    if (TPanel.SumGroups == 4)
                    {
                        Fold(scaleA, ref a, ref sumA);
                        Fold(scaleB, ref b, ref sumB);
                    }

                    if (TPanel.UnitGroups == 8)
                    {
                        Step(unit, 4, quants, scaleA, ref a, ref sumA);
                        Step(unit + Register, 4, quants, scaleB, ref b, ref sumB);
                        Step(unit, 6, quants, scaleA, ref a, ref sumA);
                        Step(unit + Register, 6, quants, scaleB, ref b, ref sumB);
                    }

                    unit += SuperBlock<TLanes, TV, TPanel>.UnitBytes;
                    quants += 4 * TPanel.UnitGroups;
                }

                if (TPanel.SumGroups > 2)
                {
                    Fold(scaleA, ref a, ref sumA);
                    Fold(scaleB, ref b, ref sumB);
                }
            }

            Store(sumA, sumB, sums);
            Finish(block, x, 1, i, sums, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* unit)
    {
        if (!Sse.IsSupported)
            return;
        for (var line = 0; line < SuperBlock<TLanes, TV, TPanel>.UnitBytes; line += 64)
            Sse.Prefetch0(unit + Ahead + line);
    }

    /// <summary>Adds two groups of one register of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(byte* unit, int group, sbyte* x, TV scale, ref TV shorts, ref TV sum)
    {
        var (first, second) = (TPanel.Codes(unit, group), TPanel.Codes(unit, group + 1));
        if (TPanel.SumGroups <= 2)
            sum = TLanes.AddIntegers(sum, Scaled(first, second, x, group, scale));
        else
            shorts = TLanes.AddShorts(shorts, Products(first, second, x, group));
    }

    /// <summary>Products of two groups times the small scale, for which 16 bits hold two groups, or only one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Scaled(TV first, TV second, sbyte* x, int group, TV scale) =>
        TPanel.SumGroups == 2
            ? TLanes.MultiplyShorts(Products(first, second, x, group), scale)
            : TLanes.AddIntegers(
                TLanes.MultiplyShorts(TLanes.MultiplySigned(first, At(x, group)), scale),
                TLanes.MultiplyShorts(TLanes.MultiplySigned(second, At(x, group + 1)), scale));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Products(TV first, TV second, sbyte* x, int group) =>
        TLanes.AddShorts(TLanes.MultiplyBytes(first, At(x, group)), TLanes.MultiplyBytes(second, At(x, group + 1)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV At(sbyte* x, int group) => TLanes.Broadcast(((int*)x)[group]);

    /// <summary>Adds what 16 bits hold, times the small scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(TV scale, ref TV shorts, ref TV sum)
    {
        sum = TLanes.AddIntegers(sum, TLanes.MultiplyShorts(shorts, scale));
        shorts = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Pair(byte* source) => TPanel.Zero > 0 ? TLanes.WidenSigned(source) : TLanes.WidenUnsigned(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TV a, TV b, byte* target)
    {
        TLanes.Store(a, (float*)target);
        TLanes.Store(b, (float*)(target + Register));
    }

    /// <summary>Adds a block to the results of some columns: integers times the scales of row and column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(byte* block, SuperColumn* x, int columns, int index, byte* integers, float* y)
    {
        var floats = block + SuperBlock<TLanes, TV, TPanel>.FloatsAt;
        var offsets = block + (TPanel.HasOffsets ? SuperBlock<TLanes, TV, TPanel>.OffsetsAt : SuperBlock<TLanes, TV, TPanel>.ScalesAt);
        Finish(floats, offsets, x, columns, index, integers, y);
        Finish(floats + Register, offsets + Register / 2, x, columns, index, integers + Register, y + TLanes.Count);
    }

    /// <summary>The same for one register of rows, whose offsets stay in registers while the columns pass.</summary>
    /// <remarks>Not inlined: it would take what the compiler spends on a method, and is needed once in 256 weights.</remarks>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Finish(byte* floats, byte* offsets, SuperColumn* x, int columns, int index, byte* integers, float* y)
    {
        var (o0, o1, o2, o3) = (Offsets(offsets), Offsets(offsets + Register), Offsets(offsets + 2 * Register), Offsets(offsets + 3 * Register));
        TV o4 = default, o5 = default, o6 = default, o7 = default;
        if (Sums == 8)
            (o4, o5, o6, o7) = (Offsets(offsets + 4 * Register), Offsets(offsets + 5 * Register), Offsets(offsets + 6 * Register), Offsets(offsets + 7 * Register));
        for (var c = 0; c < columns; c++, integers += 2 * Register, y += 2 * TLanes.Count)
        {
            var sums = (int*)x[c].Sums + index * Sums;
            var offset = TLanes.AddIntegers(
                TLanes.AddIntegers(Times(o0, sums), Times(o1, sums + 1)), TLanes.AddIntegers(Times(o2, sums + 2), Times(o3, sums + 3)));
            if (Sums == 8)
            {
                offset = TLanes.AddIntegers(offset, TLanes.AddIntegers(
                    TLanes.AddIntegers(Times(o4, sums + 4), Times(o5, sums + 5)), TLanes.AddIntegers(Times(o6, sums + 6), Times(o7, sums + 7))));
            }

            var scale = TLanes.Broadcast(BitConverter.SingleToInt32Bits(x[c].Scales[index]));
            var (sum, total) = (TLanes.Load(integers), TLanes.Load((byte*)y));
            if (!TPanel.HasOffsets)
                sum = TLanes.SubtractIntegers(sum, offset);
            total = TLanes.Add(total, TLanes.Multiply(TLanes.ToFloats(sum), TLanes.Multiply(TLanes.Load(floats), scale)));
            // The scales of offsets are stored negative.
            if (TPanel.HasOffsets)
                total = TLanes.Add(total, TLanes.Multiply(TLanes.ToFloats(offset), TLanes.Multiply(TLanes.Load(floats + 2 * Register), scale)));
            TLanes.Store(total, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Times(TV offsets, int* sums) => TLanes.MultiplyShorts(offsets, TLanes.Broadcast(*sums));

    /// <summary>What the sums of activations are multiplied with: offsets, or the zero of the codes times the scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Offsets(byte* source) =>
        TPanel.HasOffsets ? TLanes.WidenUnsigned(source)
        : HasScales ? TLanes.ShiftLeft(TLanes.WidenSigned(source), BitOperations.Log2((uint)TPanel.Zero))
        : TLanes.Broadcast(0x10001);
}
