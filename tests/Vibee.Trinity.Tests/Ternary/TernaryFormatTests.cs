using System.Buffers.Binary;
using Vibee.Gguf;
using Vibee.Trinity.Ternary;

namespace Vibee.Trinity.Tests.Ternary;

public class TernaryFormatTests
{
    [Theory]
    [InlineData(1f)]
    [InlineData(0.037f)]
    [InlineData(65504f)]
    [InlineData(6e-8f)]
    public void Quantize_ExactlyTernaryWeights_LosesNothing(float scale)
    {
        var exact = (float)(Half)scale;
        var weights = RandomTrits(1024, 5).Select(t => t * exact).ToArray();

        Assert.Equal(weights, DecodeTq2(Tq2Bytes(weights)));
        Assert.Equal(weights, DecodeTq1(Tq1Bytes(weights)));
        Assert.Equal(weights, Tq2Floats(Tq2Bytes(weights)));
        Assert.Equal(weights, Tq1Floats(Tq1Bytes(weights)));
    }

    [Fact]
    public void Quantize_ArbitraryWeights_TakesTheNearestTrit()
    {
        var random = new Random(6);
        var weights = Enumerable.Range(0, 2560).Select(_ => (float)(random.NextDouble() * 2 - 1)).ToArray();
        var expected = weights.Chunk(256).SelectMany(block =>
        {
            var largest = block.Max(MathF.Abs);
            return block.Select(w => MathF.Round(w / largest, MidpointRounding.AwayFromZero) * (float)(Half)largest);
        }).ToArray();

        Assert.Equal(expected, DecodeTq2(Tq2Bytes(weights)));
        Assert.Equal(expected, DecodeTq1(Tq1Bytes(weights)));
    }

    [Fact]
    public void Quantize_NumbersThatAreNone_StaysFinite()
    {
        var weights = new float[256];
        (weights[0], weights[1], weights[2], weights[3]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-39f);
        var expected = new float[256];
        (expected[1], expected[2]) = (65504, -65504);
        Assert.Equal(expected, Tq2Floats(Tq2Bytes(weights)));
        Assert.Equal(expected, Tq1Floats(Tq1Bytes(weights)));

        Array.Fill(weights, float.NaN);
        Assert.All(Tq2Floats(Tq2Bytes(weights)), value => Assert.Equal(0, value));

        Array.Fill(weights, float.Epsilon);
        Assert.All(Tq1Floats(Tq1Bytes(weights)), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Dequantize_EveryByte_AgreesWithAnIndependentDecoder()
    {
        var random = new Random(7);
        var tq1 = new byte[Tq1.BlockSize * 512];
        var tq2 = new byte[Tq2.BlockSize * 512];
        random.NextBytes(tq1);
        random.NextBytes(tq2);

        Assert.Equal(DecodeTq1(tq1), Tq1Floats(tq1));
        Assert.Equal(DecodeTq2(tq2), Tq2Floats(tq2));
    }

    [Fact]
    public void ToTq2_AnyTq1_HoldsTheSameNumbers()
    {
        var tq1 = new byte[Tq1.BlockSize * 100];
        new Random(8).NextBytes(tq1);
        var tq2 = new byte[Tq2.BlockSize * 100];

        Tq1.ToTq2(tq1, tq2);

        Assert.Equal(Tq1Floats(tq1), Tq2Floats(tq2));
    }

    [Fact]
    public void Sizes_ThatDoNotFit_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Tq2.Quantize(new float[255], new byte[66]));
        Assert.Throws<ArgumentException>(() => Tq2.Dequantize(new byte[65], new float[256]));
        Assert.Throws<ArgumentException>(() => Tq1.Dequantize(new byte[66], new float[256]));
        Assert.Throws<ArgumentException>(() => Tq1.ToTq2(new byte[55], new byte[66]));
    }

    [Fact]
    public void Dequantize_TernaryModel_EqualsTheSameModelInF16()
    {
        using var ternary = GgufFile.Open(Files.Model("igla-tiny.gguf"));
        using var half = GgufFile.Open(Files.Shared("models/igla-tiny-F16.gguf"));
        var compared = 0;
        foreach (var tensor in ternary.Tensors.Where(tensor => tensor.Type == GgmlType.TQ2_0))
        {
            var bytes = half.FindTensor(tensor.Name)!.Bytes;
            var expected = new float[tensor.ElementCount];
            for (var i = 0; i < expected.Length; i++)
                expected[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]);
            var actual = new float[tensor.ElementCount];

            Tq2.Dequantize(tensor.Bytes, actual);
            Assert.Equal(expected, actual);
            Assert.Equal(tensor.Bytes, Tq2Bytes(expected));
            Assert.Equal(expected, Tq1Floats(Tq1Bytes(expected)));
            compared++;
        }

        Assert.True(compared >= 28, $"Only {compared} ternary tensors were found."); // 7 in each of 4 layers
    }

    [Fact]
    public void Convert_OneModelInBothFormats_GivesTheBytesOfTheOther()
    {
        // Written by llama.cpp from the same weights.
        using var first = GgufFile.Open(Files.Shared("models/quant/llama-TQ1_0.gguf"));
        using var second = GgufFile.Open(Files.Shared("models/quant/llama-TQ2_0.gguf"));
        var tensors = first.Tensors.Where(tensor => tensor.Type == GgmlType.TQ1_0).ToArray();
        Assert.NotEmpty(tensors);
        foreach (var tensor in tensors)
        {
            var tq1 = tensor.Bytes.ToArray();
            var tq2 = second.FindTensor(tensor.Name)!.Bytes.ToArray();
            var converted = new byte[tq2.Length];

            Tq1.ToTq2(tq1, converted);
            Assert.Equal(tq2, converted);
            Assert.Equal(tq1, Tq1Bytes(Tq2Floats(tq2)));
            Assert.Equal(tq2, Tq2Bytes(Tq1Floats(tq1)));
        }
    }

    private static byte[] Tq1Bytes(float[] weights)
    {
        var bytes = new byte[weights.Length / 256 * Tq1.BlockSize];
        Tq1.Quantize(weights, bytes);
        return bytes;
    }

    private static byte[] Tq2Bytes(float[] weights)
    {
        var bytes = new byte[weights.Length / 256 * Tq2.BlockSize];
        Tq2.Quantize(weights, bytes);
        return bytes;
    }

    private static float[] Tq1Floats(byte[] bytes)
    {
        var weights = new float[bytes.Length / Tq1.BlockSize * 256];
        Tq1.Dequantize(bytes, weights);
        return weights;
    }

    private static float[] Tq2Floats(byte[] bytes)
    {
        var weights = new float[bytes.Length / Tq2.BlockSize * 256];
        Tq2.Dequantize(bytes, weights);
        return weights;
    }

    /// <summary>From the description of the layout: walks the weights in order and asks where each one is.</summary>
    private static float[] DecodeTq2(byte[] bytes) => Decode(bytes, Tq2.BlockSize, (block, i) =>
    {
        var (half, plane, lane) = (i / 128, i % 128 / 32, i % 32);
        return (int)(block[half * 32 + lane] / Math.Pow(4, plane)) % 4;
    });

    /// <summary>Takes the byte as the fraction it is, in exact arithmetic: digit n is ⌊byte × 3ⁿ⁺¹ / 256⌋ mod 3.</summary>
    private static float[] DecodeTq1(byte[] bytes) => Decode(bytes, Tq1.BlockSize, (block, i) =>
    {
        var (at, digit) = i switch
        {
            < 160 => (i % 32, i / 32),
            < 240 => (32 + (i - 160) % 16, (i - 160) / 16),
            _ => (48 + (i - 240) % 4, (i - 240) / 4),
        };
        return block[at] * (int)Math.Pow(3, digit + 1) / 256 % 3;
    });

    private static float[] Decode(byte[] bytes, int blockSize, Func<byte[], int, int> code) => [.. bytes.Chunk(blockSize).SelectMany(block =>
        Enumerable.Range(0, 256).Select(i => (code(block, i) - 1) * (float)BinaryPrimitives.ReadHalfLittleEndian(block.AsSpan(blockSize - 2))))];

    private static IEnumerable<int> RandomTrits(int count, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(i => i % 256 == 0 ? 1 : random.Next(3) - 1);
    }
}
