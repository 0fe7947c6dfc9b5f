using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Where things are in 256 weights of each row of a panel: units, small scales in pairs [pair][row][2], offsets
/// alike, a float [row], and a float [row] for the offsets.</summary>
/// <remarks>Constants for the compiler, but only where it inlines them: a call in a loop would empty all registers.</remarks>
internal static class SuperBlock<TLanes, TV, TPanel>
    where TLanes : struct, ILanes<TV>
    where TV : struct
    where TPanel : struct, ISuperPanel<TLanes, TV>
{
    /// <summary>Bytes of a register.</summary>
    public static int Register
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4 * TLanes.Count;
    }

    public static bool HasScales
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TPanel.ScaleLength < 128;
    }

    /// <summary>Bytes of pairs of small scales.</summary>
    private static int PairBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => HasScales ? Activations.SuperBlock / TPanel.ScaleLength / 2 * Register : 0;
    }

    public static int UnitBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TPanel.UnitRegisters * Register;
    }

    public static int ScalesAt
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Activations.SuperBlock / (4 * TPanel.UnitGroups) * UnitBytes;
    }

    public static int OffsetsAt
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ScalesAt + PairBytes;
    }

    public static int FloatsAt
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => OffsetsAt + (TPanel.HasOffsets ? PairBytes : 0);
    }

    public static int Size
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => FloatsAt + (TPanel.HasOffsets ? 4 : 2) * Register;
    }
}
