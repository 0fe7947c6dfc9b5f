using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>256 times the lower 4 bits, 256 times the upper 2, 16 scales of 8 bits, f16 scale; 32 is taken away. Of 128
/// weights, 64 bytes hold the lower bits (lower halves first) and 32 bytes the upper (bits 0–1 of all bytes first).</summary>
internal readonly unsafe struct Q6_K : ISuperBlockLayout
{
    public static GgmlType Type => GgmlType.Q6_K;

    public static bool HasOffsets => false;

    public static float Scale(byte* block) => Halves.Load(block + 208);

    public static float Offset(byte* block) => 0;

    public static void SubScales(byte* block, short* scales, short* offsets)
    {
        for (var i = 0; i < 16; i++)
            scales[i] = (sbyte)block[192 + i];
    }

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 256; i++)
        {
            var lower = block[i / 128 * 64 + i % 64] >> i % 128 / 64 * 4 & 0x0f;
            var upper = block[128 + i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3;
            quants[i] = (sbyte)((lower | upper << 4) - 32);
        }
    }

    public static void Quants(byte* block, sbyte* quants)
    {
        var four = Vector256.Create((byte)0x0f);
        for (var half = 0; half < 2; half++, quants += 128)
        {
            var first = Vector256.Load(block + 64 * half);
            var second = Vector256.Load(block + 64 * half + 32);
            var upper = Vector256.Load(block + 128 + 32 * half);
            Join(first & four, upper << 4).Store(quants);
            Join(second & four, upper << 2).Store(quants + 32);
            Join(first >>> 4, upper).Store(quants + 64);
            Join(second >>> 4, upper >>> 2).Store(quants + 96);
        }
    }

    private static Vector256<sbyte> Join(Vector256<byte> lower, Vector256<byte> upper) =>
        (lower | (upper & Vector256.Create((byte)0x30))).AsSByte() - Vector256.Create((sbyte)32);
}
