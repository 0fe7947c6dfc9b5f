using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Four bits per weight that stand for one of sixteen levels of either sign: IQ4_NL, and with scales of 32 weights
/// IQ4_XS. Codes are looked up, and are signed bytes.</summary>
internal readonly unsafe struct LevelPanel<TLanes, TV> : ISuperPanel<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    public static int UnitGroups => 8;

    public static int UnitRegisters => 4;

    public static int ScaleLength => 32;

    // One more than a level is a signed byte too, and small scales of either sign come with a zero.
    public static int Zero => 1;

    public static bool HasOffsets => false;

    public static int SumGroups => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Codes(byte* unit, int group) =>
        TLanes.LookUp((Levels.All + Vector128<sbyte>.One).AsByte(), NibblePanel<TLanes, TV>.Nibbles(unit, group));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV AddProducts(TV sums, TV codes, TV x) => ByteCodes<TLanes, TV>.AddProducts(sums, codes, x);

    public static void Pack(uint* codes, byte* unit, int row)
    {
        var indexes = stackalloc uint[UnitGroups];
        for (var i = 0; i < 4 * UnitGroups; i++)
            ((byte*)indexes)[i] = Levels.Index(((sbyte*)codes)[i] - Zero);
        NibblePanel<TLanes, TV>.PackNibbles(indexes, UnitRegisters, unit, row);
    }
}
