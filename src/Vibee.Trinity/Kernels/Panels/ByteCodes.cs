using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Signed bytes, a register for a group.</summary>
internal readonly unsafe struct ByteCodes<TLanes, TV> : ICodes<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    public static int UnitGroups => 8;

    public static int UnitRegisters => 8;

    public static int SumGroups => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Codes(byte* unit, int group) => TLanes.Load(unit + group * (8 * TLanes.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV AddProducts(TV sums, TV codes, TV x) =>
        TLanes.AddIntegers(sums, TLanes.MultiplyShorts(TLanes.MultiplySigned(codes, x), TLanes.Broadcast(0x10001)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pack(uint* codes, byte* unit, int row)
    {
        for (var group = 0; group < 8; group++)
            ((uint*)unit)[group * 2 * TLanes.Count + row] = codes[group];
    }
}
