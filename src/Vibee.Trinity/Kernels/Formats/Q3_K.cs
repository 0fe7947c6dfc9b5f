using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>256 third bits, 256 times the lower 2 bits, 16 scales of 6 bits in 12 bytes, f16 scale. Where the third bit is
/// not set 4 is taken away, and 32 from each small scale. Order of the weights as in <see cref="Q2_K"/>; the third bits of
/// weight i are bit i/32 of byte i mod 32.</summary>
internal readonly unsafe struct Q3_K : ISuperBlockLayout
{
    public static GgmlType Type => GgmlType.Q3_K;

    public static bool HasOffsets => false;

    public static float Scale(byte* block) => Halves.Load(block + 108);

    public static float Offset(byte* block) => 0;

    public static void SubScales(byte* block, short* scales, short* offsets)
    {
        var packed = block + 96;
        for (var i = 0; i < 16; i++)
        {
            var lower = i < 8 ? packed[i] & 0x0f : packed[i - 8] >> 4;
            var upper = packed[8 + i % 4] >> i / 4 * 2 & 3;
            scales[i] = (short)((lower | upper << 4) - 32);
        }
    }

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 256; i++)
        {
            var lower = block[32 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
            quants[i] = (sbyte)(lower - ((block[i % 32] >> i / 32 & 1) == 0 ? 4 : 0));
        }
    }

    public static void Quants(byte* block, sbyte* quants)
    {
        var third = Vector256.Load(block);
        for (var half = 0; half < 2; half++)
        {
            var bytes = Vector256.Load(block + 32 + 32 * half);
            for (var i = 0; i < 4; i++, quants += 32, third >>>= 1)
            {
                var lower = (bytes >>> 2 * i) & Vector256.Create((byte)3);
                var upper = (third & Vector256<byte>.One) << 2;
                ((lower | upper).AsSByte() - Vector256.Create((sbyte)4)).Store(quants);
            }
        }
    }
}
