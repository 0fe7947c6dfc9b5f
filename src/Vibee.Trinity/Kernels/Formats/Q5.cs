using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>f16 scale, 32 fifth bits, 32 times the lower 4 bits; 16 is taken away.</summary>
internal readonly unsafe struct Q5_0 : IBlockLayout
{
    public static GgmlType Type => GgmlType.Q5_0;

    public static bool HasOffsets => false;

    public static float Scale(byte* block) => Halves.Load(block);

    public static float Offset(byte* block) => 0;

    public static void QuantsScalar(byte* block, sbyte* quants) => Q5_1.Scalar(block + 2, -16, quants);

    public static Vector256<sbyte> Quants(byte* block) => Q5_1.Vector(block + 2) - Vector256.Create((sbyte)16);
}

/// <summary>f16 scale, f16 offset, 32 fifth bits, 32 times the lower 4 bits.</summary>
internal readonly unsafe struct Q5_1 : IBlockLayout
{
    public static GgmlType Type => GgmlType.Q5_1;

    public static bool HasOffsets => true;

    public static float Scale(byte* block) => Halves.Load(block);

    public static float Offset(byte* block) => Halves.Load(block + 2);

    public static void QuantsScalar(byte* block, sbyte* quants) => Scalar(block + 4, 0, quants);

    public static Vector256<sbyte> Quants(byte* block) => Vector(block + 4);

    internal static void Scalar(byte* bits, int shift, sbyte* quants)
    {
        var fifth = Unsafe.ReadUnaligned<uint>(bits);
        for (var i = 0; i < 32; i++)
            quants[i] = (sbyte)((Nibbles.At(bits + 4, i) | (int)(fifth >> i & 1) << 4) + shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<sbyte> Vector(byte* bits) =>
        (Nibbles.Split(bits + 4) | Nibbles.Spread(Unsafe.ReadUnaligned<uint>(bits), 16)).AsSByte();
}
