using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>As <see cref="Q4_K"/>, with 256 fifth bits before the lower ones: that of weight i is bit i/32 of byte i mod 32.</summary>
internal readonly unsafe struct Q5_K : ISuperBlockLayout
{
    public static GgmlType Type => GgmlType.Q5_K;

    public static bool HasOffsets => true;

    public static float Scale(byte* block) => Halves.Load(block);

    public static float Offset(byte* block) => Halves.Load(block + 2);

    public static void SubScales(byte* block, short* scales, short* offsets) => Q4_K.SixBitPairs(block + 4, scales, offsets);

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 256; i++)
        {
            var lower = block[48 + i / 64 * 32 + i % 32] >> i % 64 / 32 * 4 & 0x0f;
            quants[i] = (sbyte)(lower | (block[16 + i % 32] >> i / 32 & 1) << 4);
        }
    }

    public static void Quants(byte* block, sbyte* quants)
    {
        var fifth = Vector256.Load(block + 16);
        for (var i = 0; i < 4; i++, quants += 64, fifth >>>= 2)
        {
            var bytes = Vector256.Load(block + 48 + 32 * i);
            var low = (bytes & Vector256.Create((byte)0x0f)) | ((fifth & Vector256.Create((byte)1)) << 4);
            var high = (bytes >>> 4) | ((fifth & Vector256.Create((byte)2)) << 3);
            low.AsSByte().Store(quants);
            high.AsSByte().Store(quants + 32);
        }
    }
}
