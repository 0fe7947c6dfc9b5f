using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>16 pairs of 4-bit scale and 4-bit offset, 256 integers of 2 bits, f16 scale of the scales, f16 scale of the
/// offsets. A run of 32 bytes holds 128 weights: bits 0–1 of all its bytes first, then bits 2–3, …</summary>
internal readonly unsafe struct Q2_K : ISuperBlockLayout
{
    public static GgmlType Type => GgmlType.Q2_K;

    public static bool HasOffsets => true;

    public static float Scale(byte* block) => Halves.Load(block + 80);

    public static float Offset(byte* block) => Halves.Load(block + 82);

    public static void SubScales(byte* block, short* scales, short* offsets)
    {
        for (var i = 0; i < 16; i++)
        {
            scales[i] = (short)(block[i] & 0x0f);
            offsets[i] = (short)(block[i] >> 4);
        }
    }

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 256; i++)
            quants[i] = (sbyte)(block[16 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3);
    }

    public static void Quants(byte* block, sbyte* quants)
    {
        for (var half = 0; half < 2; half++)
        {
            var bytes = Vector256.Load(block + 16 + 32 * half);
            for (var i = 0; i < 4; i++, quants += 32)
                ((bytes >>> 2 * i) & Vector256.Create((byte)3)).AsSByte().Store(quants);
        }
    }
}
