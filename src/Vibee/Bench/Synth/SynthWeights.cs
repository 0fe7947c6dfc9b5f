using System.Buffers.Binary;
using Vibee.Gguf;

namespace Vibee.Bench.Synth;

/// <summary>
/// Random weights, made directly in their quantized form: random bits for the small integers, a scale chosen so that
/// the weights are spread like a trained layer's, 1/√columns. Layouts are ggml's (ggml-common.h).
/// </summary>
internal static class SynthWeights
{
    public static void Write(Stream stream, GgmlType type, long count, int columns, Random random)
    {
        var block = new byte[type.TypeSize()];
        var deviation = 1 / Math.Sqrt(columns);
        for (var left = count / type.BlockSize(); left > 0; left--)
        {
            Fill(block, type, deviation, random);
            stream.Write(block);
        }
    }

    private static void Fill(Span<byte> block, GgmlType type, double deviation, Random random)
    {
        random.NextBytes(block);
        switch (type)
        {
            case GgmlType.F16: // uniform over ±√3 deviations
                WriteHalf(block, (random.NextDouble() * 2 - 1) * 1.73 * deviation);
                break;
            case GgmlType.Q8_0: // scale, 32 integers of ±127
                WriteHalf(block, deviation / 74);
                break;
            case GgmlType.Q4_0: // scale, 32 integers from −8 to 7
                WriteHalf(block, deviation / 4.6);
                break;
            case GgmlType.Q4_K: // scale, scale of minima, 8 + 8 six-bit factors, 256 integers from 0 to 15
                WriteHalf(block, deviation / 200);
                WriteHalf(block[2..], deviation / 200 * 7.5);
                break;
            case GgmlType.Q5_K: // the same with 256 integers from 0 to 31
                WriteHalf(block, deviation / 400);
                WriteHalf(block[2..], deviation / 400 * 15.5);
                break;
            case GgmlType.Q6_K: // 256 integers from −32 to 31, 16 factors, scale
                foreach (ref var factor in block.Slice(192, 16))
                    factor &= 0x3F;
                WriteHalf(block[208..], deviation / 670);
                break;
            case GgmlType.TQ2_0: // 256 integers from 0 to 2 (minus 1), scale
                for (var i = 0; i < 64; i++)
                    block[i] = Ternary(random);
                WriteHalf(block[64..], deviation / 0.82);
                break;
            default:
                throw new NotSupportedException($"No random weights of type {type}.");
        }
    }

    private static byte Ternary(Random random) =>
        (byte)(random.Next(3) | random.Next(3) << 2 | random.Next(3) << 4 | random.Next(3) << 6);

    private static void WriteHalf(Span<byte> target, double value) =>
        BinaryPrimitives.WriteHalfLittleEndian(target, (Half)value);
}
