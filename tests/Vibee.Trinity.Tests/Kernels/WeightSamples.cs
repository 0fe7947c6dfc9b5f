using System.Runtime.InteropServices;
using Vibee.Gguf;
using Vibee.Trinity.Kernels;
using Vibee.Trinity.Kernels.Formats;

namespace Vibee.Trinity.Tests.Kernels;

/// <summary>Bytes of weights and columns of activations, random and extreme.</summary>
internal static class WeightSamples
{
    public static WeightFormat Format(GgmlType type, int length) => type == GgmlType.I2_S ? new I2_S(0.1f, length) : WeightFormat.Find(type)!;

    public static IEnumerable<byte[]> Contents(GgmlType type, int length, bool finite)
    {
        var random = new Random(7);
        for (var i = 0; i < 12; i++)
        {
            var bytes = new byte[length / type.BlockSize() * type.TypeSize()];
            if (i < 6)
                random.NextBytes(bytes);
            else
                bytes.AsSpan().Fill((byte)(i switch { 6 => 0, 7 => 0xff, 8 => 0x80, 9 => 0x7f, 10 => 0x55, _ => 0xaa }));
            if (finite)
                MakeFinite(type, bytes, random);
            yield return bytes;
        }
    }

    public static IEnumerable<float[]> Columns(int length)
    {
        var random = new Random(11);
        yield return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
        // All integers of the largest magnitude, in every combination of signs.
        yield return [.. Enumerable.Range(0, length).Select(_ => random.Next(2) == 0 ? -3f : 3f)];
        yield return [.. Enumerable.Repeat(-1f, length)];
        yield return [.. Enumerable.Repeat(1f, length)];
        yield return new float[length];
        yield return [.. Enumerable.Range(0, length).Select(i => i == 77 ? 1e4f : random.NextSingle() * 1e-4f)];
        yield return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() * 1e-38f)];
    }

    // Scales from the file that are no numbers make products that are none; here they are small numbers of either sign.
    private static void MakeFinite(GgmlType type, byte[] bytes, Random random)
    {
        int[] scales = type switch
        {
            GgmlType.I2_S => [],
            GgmlType.Q4_1 or GgmlType.Q5_1 or GgmlType.Q4_K or GgmlType.Q5_K => [0, 2],
            GgmlType.Q2_K => [80, 82],
            GgmlType.Q3_K => [108],
            GgmlType.Q6_K => [208],
            GgmlType.TQ1_0 => [52],
            GgmlType.TQ2_0 => [64],
            _ => [0],
        };
        for (var block = 0; block < bytes.Length; block += type.TypeSize())
        {
            foreach (var offset in scales)
            {
                var scale = (random.NextSingle() - 0.5f) / 8;
                var target = bytes.AsSpan(block + offset);
                if (type == GgmlType.F32)
                    MemoryMarshal.Write(target, scale);
                else if (type == GgmlType.BF16)
                    MemoryMarshal.Write(target, (ushort)(BitConverter.SingleToUInt32Bits(scale) >> 16));
                else
                    MemoryMarshal.Write(target, (Half)scale);
            }
        }
    }
}
