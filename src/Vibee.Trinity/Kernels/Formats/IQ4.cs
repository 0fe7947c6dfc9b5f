using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>f16 scale, 32 indexes of 4 bits into a table of 16 levels that lie closer together near zero.</summary>
internal readonly unsafe struct IQ4_NL : IBlockLayout
{
    public static GgmlType Type => GgmlType.IQ4_NL;

    public static bool HasOffsets => false;

    public static float Scale(byte* block) => Halves.Load(block);

    public static float Offset(byte* block) => 0;

    public static void QuantsScalar(byte* block, sbyte* quants) => Scalar(block + 2, quants);

    public static Vector256<sbyte> Quants(byte* block) => Vector(block + 2);

    internal static void Scalar(byte* indexes, sbyte* quants)
    {
        for (var i = 0; i < 32; i++)
            quants[i] = Levels.All[Nibbles.At(indexes, i)];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<sbyte> Vector(byte* indexes)
    {
        var split = Nibbles.Split(indexes).AsSByte();
        return Vector256.Create(Vector128.ShuffleNative(Levels.All, split.GetLower()), Vector128.ShuffleNative(Levels.All, split.GetUpper()));
    }
}

/// <summary>The same levels in blocks of 256: f16 scale, the upper 2 bits of eight 6-bit scales, their lower 4 bits,
/// 256 indexes. 32 is taken away from each small scale.</summary>
internal readonly unsafe struct IQ4_XS : ISuperBlockLayout
{
    public static GgmlType Type => GgmlType.IQ4_XS;

    public static bool HasOffsets => false;

    public static float Scale(byte* block) => Halves.Load(block);

    public static float Offset(byte* block) => 0;

    public static void SubScales(byte* block, short* scales, short* offsets)
    {
        var upper = Unsafe.ReadUnaligned<ushort>(block + 2);
        for (var i = 0; i < 8; i++)
        {
            var lower = block[4 + i / 2] >> 4 * (i % 2) & 0x0f;
            scales[2 * i] = scales[2 * i + 1] = (short)((lower | (upper >> 2 * i & 3) << 4) - 32);
        }
    }

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 8; i++)
            IQ4_NL.Scalar(block + 8 + 16 * i, quants + 32 * i);
    }

    public static void Quants(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 8; i++)
            IQ4_NL.Vector(block + 8 + 16 * i).Store(quants + 32 * i);
    }
}
