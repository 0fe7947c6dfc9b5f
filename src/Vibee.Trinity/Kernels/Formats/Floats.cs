using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

internal readonly unsafe struct F32 : IFloatLayout
{
    public static GgmlType Type => GgmlType.F32;

    public static ActivationForms Form => ActivationForms.Floats;

    public static int Size => sizeof(float);

    public static float One(byte* source) => Unsafe.ReadUnaligned<float>(source);

    public static Vector256<float> Eight(byte* source) => Vector256.Load((float*)source);
}

internal readonly unsafe struct F16 : IFloatLayout
{
    public static GgmlType Type => GgmlType.F16;

    public static ActivationForms Form => ActivationForms.Halves;

    public static int Size => sizeof(ushort);

    public static float One(byte* source) => Halves.Load(source);

    public static Vector256<float> Eight(byte* source) => Halves.Load8((Half*)source);
}

/// <summary>The upper half of a 32-bit float.</summary>
internal readonly unsafe struct BF16 : IFloatLayout
{
    public static GgmlType Type => GgmlType.BF16;

    public static ActivationForms Form => ActivationForms.Floats;

    public static int Size => sizeof(ushort);

    public static float One(byte* source) => BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source) << 16);

    public static Vector256<float> Eight(byte* source)
    {
        var (low, high) = Vector128.Widen(Vector128.Load((ushort*)source));
        return (Vector256.Create(low, high) << 16).AsSingle();
    }
}
