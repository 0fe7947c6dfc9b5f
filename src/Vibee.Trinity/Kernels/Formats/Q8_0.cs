using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>f16 scale, 32 integers of 8 bits.</summary>
internal readonly unsafe struct Q8_0 : IBlockLayout
{
    public static GgmlType Type => GgmlType.Q8_0;

    public static bool HasOffsets => false;

    public static float Scale(byte* block) => Halves.Load(block);

    public static float Offset(byte* block) => 0;

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 32; i++)
            quants[i] = (sbyte)block[2 + i];
    }

    public static Vector256<sbyte> Quants(byte* block) => Vector256.Load((sbyte*)(block + 2));
}
