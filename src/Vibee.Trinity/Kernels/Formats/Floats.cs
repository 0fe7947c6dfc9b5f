using System.Runtime.CompilerServices;
using Vibee.Gguf;
using Vibee.Trinity.Kernels.Panels;

namespace Vibee.Trinity.Kernels.Formats;

internal readonly unsafe struct F32 : IFloatLayout
{
    public static GgmlType Type => GgmlType.F32;

    public static ActivationForms Form => ActivationForms.Floats;

    public static int Size => sizeof(float);

    public static float One(byte* source) => Unsafe.ReadUnaligned<float>(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Widen<TLanes, TV>(byte* source)
        where TLanes : struct, ILanes<TV>
        where TV : struct => TLanes.Load(source);
}

internal readonly unsafe struct F16 : IFloatLayout
{
    public static GgmlType Type => GgmlType.F16;

    public static ActivationForms Form => ActivationForms.Halves;

    public static int Size => sizeof(ushort);

    public static float One(byte* source) => Halves.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Widen<TLanes, TV>(byte* source)
        where TLanes : struct, ILanes<TV>
        where TV : struct => TLanes.WidenHalves(source);
}

/// <summary>The upper half of a 32-bit float.</summary>
internal readonly unsafe struct BF16 : IFloatLayout
{
    public static GgmlType Type => GgmlType.BF16;

    public static ActivationForms Form => ActivationForms.Floats;

    public static int Size => sizeof(ushort);

    public static float One(byte* source) => BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Widen<TLanes, TV>(byte* source)
        where TLanes : struct, ILanes<TV>
        where TV : struct => TLanes.WidenUpper(source);
}
