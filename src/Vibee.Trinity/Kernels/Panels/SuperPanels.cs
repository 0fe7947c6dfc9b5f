using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Four bits per weight, scales of 32 weights and offsets: Q4_K.</summary>
internal readonly unsafe struct NibblePanel<TLanes, TV> : ISuperPanel<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    public static int UnitGroups => 8;

    public static int UnitRegisters => 4;

    public static int ScaleLength => 32;

    public static int Zero => 0;

    public static bool HasOffsets => true;

    // 8 groups · 2 · 15 · 127 = 30480
    public static int SumGroups => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Codes(byte* unit, int group) => Nibbles(unit, group);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV AddProducts(TV sums, TV codes, TV x) => TLanes.AddShorts(sums, TLanes.MultiplyBytes(codes, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(uint* codes, byte* unit, int row) => PackNibbles(codes, 4, unit, row);

    /// <summary>Of two neighbouring groups the first is in the lower bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TV Nibbles(byte* unit, int group)
    {
        var both = TLanes.Load(unit + group / 2 * (8 * TLanes.Count));
        return TLanes.And(group % 2 == 0 ? both : TLanes.ShiftRight(both, 4), TLanes.Broadcast(0x0f0f0f0f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void PackNibbles(uint* codes, int registers, byte* unit, int row)
    {
        for (var i = 0; i < registers; i++)
            ((uint*)unit)[i * 2 * TLanes.Count + row] = codes[2 * i] & 0x0f0f0f0f | (codes[2 * i + 1] & 0x0f0f0f0f) << 4;
    }
}

/// <summary>The fifth bit in one more register, bit g for group g: Q5_K.</summary>
internal readonly unsafe struct FiveBitPanel<TLanes, TV> : ISuperPanel<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    public static int UnitGroups => 8;

    public static int UnitRegisters => 5;

    public static int ScaleLength => 32;

    public static int Zero => 0;

    public static bool HasOffsets => true;

    // 4 · 2 · 31 · 127 = 31496
    public static int SumGroups => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Codes(byte* unit, int group)
    {
        var fifth = TLanes.Load(unit + 32 * TLanes.Count);
        fifth = group < 4 ? TLanes.ShiftLeft(fifth, 4 - group) : group > 4 ? TLanes.ShiftRight(fifth, group - 4) : fifth;
        return TLanes.Or(NibblePanel<TLanes, TV>.Nibbles(unit, group), TLanes.And(fifth, TLanes.Broadcast(0x10101010)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV AddProducts(TV sums, TV codes, TV x) => TLanes.AddShorts(sums, TLanes.MultiplyBytes(codes, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(uint* codes, byte* unit, int row)
    {
        NibblePanel<TLanes, TV>.PackNibbles(codes, 4, unit, row);
        var fifth = 0u;
        for (var group = 0; group < 8; group++)
            fifth |= (codes[group] >> 4 & 0x01010101) << group;
        ((uint*)unit)[8 * TLanes.Count + row] = fifth;
    }
}

/// <summary>Two upper bits in one more register, scales of 16 weights: Q6_K.</summary>
internal readonly unsafe struct SixBitPanel<TLanes, TV> : ISuperPanel<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    public static int UnitGroups => 4;

    public static int UnitRegisters => 3;

    public static int ScaleLength => 16;

    public static int Zero => 32;

    public static bool HasOffsets => false;

    // 2 · 2 · 63 · 127 = 32004
    public static int SumGroups => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Codes(byte* unit, int group)
    {
        var upper = TLanes.Load(unit + 16 * TLanes.Count);
        upper = group < 2 ? TLanes.ShiftLeft(upper, 4 - 2 * group) : group > 2 ? TLanes.ShiftRight(upper, 2) : upper;
        return TLanes.Or(NibblePanel<TLanes, TV>.Nibbles(unit, group), TLanes.And(upper, TLanes.Broadcast(0x30303030)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV AddProducts(TV sums, TV codes, TV x) => TLanes.AddShorts(sums, TLanes.MultiplyBytes(codes, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(uint* codes, byte* unit, int row)
    {
        NibblePanel<TLanes, TV>.PackNibbles(codes, 2, unit, row);
        var upper = 0u;
        for (var group = 0; group < 4; group++)
            upper |= (codes[group] >> 4 & 0x03030303) << 2 * group;
        ((uint*)unit)[4 * TLanes.Count + row] = upper;
    }
}

/// <summary>Two bits per weight and no small scales: ternary types.</summary>
internal readonly unsafe struct TernaryPanel<TLanes, TV> : ISuperPanel<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    public static int UnitGroups => 4;

    public static int UnitRegisters => 1;

    public static int ScaleLength => 128;

    public static int Zero => 1;

    public static bool HasOffsets => false;

    // 32 · 2 · 3 · 127 = 24384: a damaged file may have the code 3.
    public static int SumGroups => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Codes(byte* unit, int group)
    {
        var four = TLanes.Load(unit);
        return TLanes.And(group == 0 ? four : TLanes.ShiftRight(four, 2 * group), TLanes.Broadcast(0x03030303));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV AddProducts(TV sums, TV codes, TV x) => TLanes.AddShorts(sums, TLanes.MultiplyBytes(codes, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(uint* codes, byte* unit, int row)
    {
        var four = 0u;
        for (var group = 0; group < 4; group++)
            four |= (codes[group] & 0x03030303) << 2 * group;
        ((uint*)unit)[row] = four;
    }
}
