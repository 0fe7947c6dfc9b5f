using System.Buffers.Binary;
using Vibee.Gguf;
using Vibee.Trinity.Ternary;

namespace Vibee.Trinity.Tests.Ternary;

public class TernaryProductTests
{
    public static TheoryData<int> Paths => [.. Enum.GetValues<TernaryPath>().Select(path => (int)path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Multiply_AllShapes_EqualsTheOracleBitForBit(int path)
    {
        var random = new Random(11);
        foreach (var rows in (int[])[1, 3, 4, 5, 9])
        foreach (var columns in (int[])[1, 2, 3, 4, 5, 8, 35])
        foreach (var blocks in (int[])[1, 3])
        {
            var weights = RandomWeights(rows * blocks, random);
            var x = RandomColumns(blocks * 256, columns, random);
            var stride = rows + random.Next(3);
            var expected = new float[columns * stride];
            var actual = new float[columns * stride];

            x.Multiply(weights, columns, expected, stride, TernaryPath.Scalar);
            x.Multiply(weights, columns, actual, stride, (TernaryPath)path);

            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Multiply_RandomMatrix_IsTheProductOfTheDecodedNumbers(int path)
    {
        var random = new Random(12);
        const int rows = 6, columns = 5, length = 768;
        var weights = RandomWeights(rows * length / 256, random);
        var x = RandomColumns(length, columns, random);
        var actual = new float[rows * columns];

        x.Multiply(weights, columns, actual, rows, (TernaryPath)path);

        var decoded = new float[rows * length];
        Tq2.Dequantize(weights, decoded);
        for (var c = 0; c < columns; c++)
        for (var r = 0; r < rows; r++)
        {
            double sum = 0, magnitude = 0;
            for (var k = 0; k < length; k++)
            {
                var product = (double)decoded[r * length + k] * x.Values[c * length + k] * x.Scales[k / 256 * x.ColumnStride + c];
                sum += product;
                magnitude += Math.Abs(product);
            }

            Assert.Equal(sum, actual[c * rows + r], magnitude * 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Multiply_LargestCodesAndActivations_DoesNotSaturate(int path)
    {
        // Codes 0 to 3, all of a kind, with activations of ±1, which round to ±127.
        foreach (var sign in (float[])[1, -1])
        for (var code = 0; code < 4; code++)
        {
            var weights = new byte[4 * Tq2.BlockSize];
            weights.AsSpan().Fill((byte)(code * 0b01010101));
            for (var b = 0; b < 4; b++)
                BinaryPrimitives.WriteHalfLittleEndian(weights.AsSpan(b * Tq2.BlockSize + 64), Half.One);
            var x = new Int8Columns(256, 4);
            for (var c = 0; c < 4; c++)
                x.Quantize(c, [.. Enumerable.Repeat(sign, 256)]);
            var actual = new float[16];

            x.Multiply(weights, 4, actual, 4, (TernaryPath)path);
            Assert.All(actual, value => Assert.Equal(256 * sign * (code - 1), value, 1e-4));

            x.Multiply(weights, 1, actual, 4, (TernaryPath)path);
            Assert.All(actual, value => Assert.Equal(256 * sign * (code - 1), value, 1e-4));
        }
    }

    [Fact]
    public void Multiply_SlicesOfRows_GiveTheWholeProduct()
    {
        var random = new Random(13);
        var weights = RandomWeights(20, random);
        var x = RandomColumns(512, 6, random);
        var whole = new float[60];
        x.Multiply(weights, 6, whole, 10, TernaryProduct.Best);

        var parts = new float[60];
        x.Multiply(weights.AsSpan(0, 3 * 132), 6, parts, 10, TernaryProduct.Best);
        x.Multiply(weights.AsSpan(3 * 132), 6, parts.AsSpan(3), 10, TernaryProduct.Best);

        Assert.Equal(whole, parts);
    }

    [Fact]
    public void Multiply_LayerOfAModel_IsNearTheProductInFloats()
    {
        using var file = GgufFile.Open(Files.Model("igla-tiny.gguf"));
        var random = new Random(14);
        foreach (var tensor in file.Tensors.Where(tensor => tensor.Type == GgmlType.TQ2_0))
        {
            var (length, rows) = ((int)tensor.Dimensions[0], (int)tensor.Dimensions[1]);
            var activations = Normal(length, random);
            var x = new Int8Columns(length, 1);
            x.Quantize(0, activations);
            var actual = new float[rows];
            x.Multiply(tensor.Bytes, 1, actual, rows, TernaryProduct.Best);

            var decoded = new float[tensor.ElementCount];
            Tq2.Dequantize(tensor.Bytes, decoded);
            double error = 0, norm = 0;
            for (var r = 0; r < rows; r++)
            {
                var exact = 0.0;
                for (var k = 0; k < length; k++)
                    exact += (double)decoded[r * length + k] * activations[k];
                error += Math.Pow(actual[r] - exact, 2);
                norm += exact * exact;
            }

            // Rounding to int8 with the largest of 256 normal numbers, about 2.8 deviations, at 127.
            Assert.InRange(Math.Sqrt(error / norm), 0, 0.012);
        }
    }

    [Fact]
    public void Multiply_AllocatesNothing()
    {
        var random = new Random(16);
        var weights = RandomWeights(8, random);
        var x = RandomColumns(256, 5, random);
        var y = new float[40];
        Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Once();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Once()
        {
            x.Multiply(weights, 5, y, 8, TernaryProduct.Best);
        }
    }

    /// <summary>Any bytes, code 3 included, with scales that are numbers.</summary>
    private static byte[] RandomWeights(int blocks, Random random)
    {
        var bytes = new byte[blocks * Tq2.BlockSize];
        random.NextBytes(bytes);
        for (var b = 0; b < blocks; b++)
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(b * Tq2.BlockSize + 64), (Half)(random.NextDouble() * 4 - 2));
        return bytes;
    }

    private static Int8Columns RandomColumns(int length, int columns, Random random)
    {
        var x = new Int8Columns(length, columns);
        for (var c = 0; c < columns; c++)
            x.Quantize(c, Normal(length, random));
        return x;
    }

    private static float[] Normal(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
}
