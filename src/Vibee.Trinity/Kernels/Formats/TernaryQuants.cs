using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>256 trits of 2 bits, f16 scale; 1 is taken away. Of each 32 bytes bits 0–1 of all come first.</summary>
internal readonly unsafe struct TQ2_0 : ISuperBlockLayout
{
    public static GgmlType Type => GgmlType.TQ2_0;

    public static bool HasOffsets => false;

    public static float Scale(byte* block) => Halves.Load(block + 64);

    public static float Offset(byte* block) => 0;

    public static void SubScales(byte* block, short* scales, short* offsets) => new Span<short>(scales, 16).Fill(1);

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        for (var i = 0; i < 256; i++)
            quants[i] = (sbyte)((block[i / 128 * 32 + i % 32] >> i % 128 / 32 * 2 & 3) - 1);
    }

    public static void Quants(byte* block, sbyte* quants)
    {
        for (var half = 0; half < 2; half++)
        {
            var bytes = Vector256.Load(block + 32 * half);
            for (var i = 0; i < 4; i++, quants += 32)
                (((bytes >>> 2 * i) & Vector256.Create((byte)3)).AsSByte() - Vector256<sbyte>.One).Store(quants);
        }
    }
}

/// <summary>256 trits, five to a byte, then f16 scale. A byte b stands for the fraction b/256, whose first five digits in
/// base 3 are the trits plus one: times 3^n modulo 256 brings digit n to the front. 32 bytes hold 160 weights, all first
/// digits first; the next 16 hold 80; the last 4 hold four each, 16.</summary>
internal readonly unsafe struct TQ1_0 : ISuperBlockLayout
{
    public static GgmlType Type => GgmlType.TQ1_0;

    public static bool HasOffsets => false;

    public static float Scale(byte* block) => Halves.Load(block + 52);

    public static float Offset(byte* block) => 0;

    public static void SubScales(byte* block, short* scales, short* offsets) => new Span<short>(scales, 16).Fill(1);

    public static void QuantsScalar(byte* block, sbyte* quants)
    {
        Digits(block, 32, 5, quants);
        Digits(block + 32, 16, 5, quants + 160);
        Digits(block + 48, 4, 4, quants + 240);
    }

    public static void Quants(byte* block, sbyte* quants)
    {
        var bytes = Vector256.Load(block);
        for (var i = 0; i < 5; i++, bytes += bytes + bytes)
            Front(bytes).Store(quants + 32 * i);

        // The upper half of these 32 bytes is unused.
        bytes = Vector128.Load(block + 32).ToVector256();
        for (var i = 0; i < 5; i++, bytes += bytes + bytes)
            Front(bytes).GetLower().Store(quants + 160 + 16 * i);
        Digits(block + 48, 4, 4, quants + 240);
    }

    private static void Digits(byte* bytes, int count, int digits, sbyte* quants)
    {
        byte power = 1;
        for (var n = 0; n < digits; n++, power *= 3)
        {
            for (var i = 0; i < count; i++)
                *quants++ = (sbyte)(((byte)(bytes[i] * power) * 3 >> 8) - 1);
        }
    }

    // The digit in front is 3·b/256 rounded down: 0, 1 from 86 on, 2 from 171 on.
    private static Vector256<sbyte> Front(Vector256<byte> bytes)
    {
        var one = Vector256.GreaterThanOrEqual(bytes, Vector256.Create((byte)86)).AsSByte();
        var two = Vector256.GreaterThanOrEqual(bytes, Vector256.Create((byte)171)).AsSByte();
        return Vector256.Create((sbyte)-1) - one - two;
    }
}
