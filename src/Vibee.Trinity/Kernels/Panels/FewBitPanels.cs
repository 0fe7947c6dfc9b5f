using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Two bits per weight, scales of 16 weights and offsets: Q2_K.</summary>
internal readonly unsafe struct TwoBitPanel<TLanes, TV> : ISuperPanel<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    public static int UnitGroups => 4;

    public static int UnitRegisters => 1;

    public static int ScaleLength => 16;

    public static int Zero => 0;

    public static bool HasOffsets => true;

    // 8 · 2 · 3 · 127 = 6096, and only 4 share a scale.
    public static int SumGroups => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Codes(byte* unit, int group) => TernaryPanel<TLanes, TV>.Codes(unit, group);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV AddProducts(TV sums, TV codes, TV x) => TLanes.AddShorts(sums, TLanes.MultiplyBytes(codes, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(uint* codes, byte* unit, int row) => TernaryPanel<TLanes, TV>.Pack(codes, unit, row);
}

/// <summary>Scales of 16 weights: Q3_K. Three bits in the place of four, for a unit has whole registers: a third more than in
/// the file, and as quick to unpack as Q4_K.</summary>
internal readonly unsafe struct ThreeBitPanel<TLanes, TV> : ISuperPanel<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    public static int UnitGroups => 4;

    public static int UnitRegisters => 2;

    public static int ScaleLength => 16;

    public static int Zero => 4;

    public static bool HasOffsets => false;

    // 8 · 2 · 7 · 127 = 14224, and only 4 share a scale.
    public static int SumGroups => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Codes(byte* unit, int group) => NibblePanel<TLanes, TV>.Nibbles(unit, group);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV AddProducts(TV sums, TV codes, TV x) => TLanes.AddShorts(sums, TLanes.MultiplyBytes(codes, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(uint* codes, byte* unit, int row) => NibblePanel<TLanes, TV>.PackNibbles(codes, UnitRegisters, unit, row);
}
