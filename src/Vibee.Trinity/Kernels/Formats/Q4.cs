using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>f16 scale, 32 integers of 4 bits, of which 8 is taken away.</summary>
internal readonly unsafe struct Q4_0 : IBlockLayout
{
    public static GgmlType Type => GgmlType.Q4_0;

    public static bool HasOffsets => false;

    public static float Scale(byte* block) => Halves.Load(block);

    public static float Offset(byte* block) => 0;

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 32; i++)
            quants[i] = (sbyte)(Nibbles.At(block + 2, i) - 8);
    }

    public static Vector256<sbyte> Quants(byte* block) => Nibbles.Split(block + 2).AsSByte() - Vector256.Create((sbyte)8);
}

/// <summary>f16 scale, f16 offset, 32 integers of 4 bits.</summary>
internal readonly unsafe struct Q4_1 : IBlockLayout
{
    public static GgmlType Type => GgmlType.Q4_1;

    public static bool HasOffsets => true;

    public static float Scale(byte* block) => Halves.Load(block);

    public static float Offset(byte* block) => Halves.Load(block + 2);

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 32; i++)
            quants[i] = (sbyte)Nibbles.At(block + 4, i);
    }

    public static Vector256<sbyte> Quants(byte* block) => Nibbles.Split(block + 4).AsSByte();
}
