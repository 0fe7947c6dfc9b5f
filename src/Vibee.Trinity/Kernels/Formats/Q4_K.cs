using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>f16 scale of the scales, f16 scale of the offsets, 8 pairs of 6-bit scale and 6-bit offset in 12 bytes, 256
/// integers of 4 bits: of each 32 bytes the lower halves first.</summary>
internal readonly unsafe struct Q4_K : ISuperBlockLayout
{
    public static GgmlType Type => GgmlType.Q4_K;

    public static bool HasOffsets => true;

    public static float Scale(byte* block) => Halves.Load(block);

    public static float Offset(byte* block) => Halves.Load(block + 2);

    public static void SubScales(byte* block, short* scales, short* offsets) => SixBitPairs(block + 4, scales, offsets);

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 256; i++)
            quants[i] = (sbyte)(block[16 + i / 64 * 32 + i % 32] >> i % 64 / 32 * 4 & 0x0f);
    }

    public static void Quants(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 4; i++, quants += 64)
        {
            var bytes = Vector256.Load(block + 16 + 32 * i);
            (bytes & Vector256.Create((byte)0x0f)).AsSByte().Store(quants);
            (bytes >>> 4).AsSByte().Store(quants + 32);
        }
    }

    /// <summary>Eight scales and eight offsets of 6 bits: the first four of each in the lower bits of bytes 0–3 and 4–7, the
    /// others with 4 bits in bytes 8–11 and their upper 2 bits above the first four. Each serves 32 weights.</summary>
    internal static void SixBitPairs(byte* packed, short* scales, short* offsets)
    {
        for (var i = 0; i < 4; i++)
        {
            scales[2 * i] = scales[2 * i + 1] = (short)(packed[i] & 63);
            offsets[2 * i] = offsets[2 * i + 1] = (short)(packed[i + 4] & 63);
            scales[2 * i + 8] = scales[2 * i + 9] = (short)(packed[i + 8] & 0x0f | packed[i] >> 6 << 4);
            offsets[2 * i + 8] = offsets[2 * i + 9] = (short)(packed[i + 8] >> 4 | packed[i + 4] >> 6 << 4);
        }
    }
}
