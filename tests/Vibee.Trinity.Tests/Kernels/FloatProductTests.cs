using System.Runtime.Intrinsics;
using Vibee.Gguf;
using Vibee.Trinity.Kernels;
using Vibee.Trinity.Kernels.Formats;
using Vibee.Trinity.Kernels.Panels;
using Vibee.Trinity.Kernels.Tiles;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Tests.Kernels;

/// <summary>Products of float rows with registers of every width: against exact ones, and against themselves in other
/// company.</summary>
public sealed unsafe class FloatProductTests : IDisposable
{
    private const int Length = 555; // two blocks and a part, and what fills no register
    private const int Rows = 29; // two groups and a part, of no tile's multiple
    private const int Most = 300; // columns: more than one pass takes with any width

    private const int Behind = 4096; // floats that are not the product's to work in
    private const float Canary = 7;

    private readonly Arena _arena = new(new MemoryBudget(), "Test", 8 << 20);
    private readonly float* _scratch;

    public FloatProductTests()
    {
        if (!FloatProduct.IsSupported)
            Assert.Skip("Tiles are for processors with vectors.");
        _scratch = _arena.Take<float>(FloatProduct.Scratch + Behind);
        new Span<float>(_scratch + FloatProduct.Scratch, Behind).Fill(Canary);
    }

    private delegate void Product(float* scratch, byte* source, long rowBytes, int rows, int length, Activations x, int* inputs, int count, float* y, long stride);

    public static TheoryData<GgmlType, int> Cases
    {
        get
        {
            var cases = new TheoryData<GgmlType, int>();
            foreach (var type in new[] { GgmlType.F32, GgmlType.F16, GgmlType.BF16 })
            {
                foreach (var bits in new[] { 128, 256, 512 })
                    cases.Add(type, bits);
            }

            return cases;
        }
    }

    public void Dispose() => _arena.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_AnyWeights_IsTheExactProduct(GgmlType type, int bits)
    {
        foreach (var length in new[] { 3, 64, 172, Length })
        {
            var x = Columns(type, length, 6);
            var weights = Weights(type, length);
            for (var count = 1; count <= 6; count++)
            {
                var results = Multiply(type, bits, weights, length, (0, Rows), x, [.. Enumerable.Range(0, count)]);
                for (var row = 0; row < Rows; row++)
                {
                    for (var j = 0; j < count; j++)
                        Compare(type, weights, row, x, j, results[j][row]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_AnyCompany_SameBits(GgmlType type, int bits)
    {
        var random = new Random(5);
        var x = Columns(type, Length, Most);
        var weights = Weights(type, Length);
        var all = Multiply(type, bits, weights, Length, (0, Rows), x, [.. Enumerable.Range(0, Most)]);
        for (var round = 0; round < 40; round++)
        {
            int[] inputs = [.. Enumerable.Range(0, round < 34 ? 1 + round % 17 : 1 + random.Next(Most)).Select(_ => random.Next(Most))];
            var start = random.Next(Rows);
            var share = (start, start + 1 + random.Next(Rows - start));
            var some = Multiply(type, bits, weights, Length, share, x, inputs);
            for (var j = 0; j < inputs.Length; j++)
                Assert.Equal(all[inputs[j]][share.start..share.Item2], some[j]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_WeightsThatAreNoNumbers_SpoilTheirRowsOnly(GgmlType type, int bits)
    {
        var x = Columns(type, Length, 5);
        var weights = Weights(type, Length);
        var infinite = type switch { GgmlType.F16 => [0x00, 0x7c], GgmlType.BF16 => [0x80, 0x7f], _ => BitConverter.GetBytes(float.PositiveInfinity) };
        infinite.CopyTo(weights, 7 * Length * type.TypeSize());
        for (var count = 1; count <= 5; count += 4)
        {
            var results = Multiply(type, bits, weights, Length, (0, Rows), x, [.. Enumerable.Range(0, count)]);
            for (var row = 0; row < Rows; row++)
                Assert.Equal(row != 7, float.IsFinite(results[0][row]));
        }
    }

    private static byte[] Weights(GgmlType type, int length) => WeightSamples.Contents(type, Rows * length, finite: true).First();

    private Activations Columns(GgmlType type, int length, int count)
    {
        var form = WeightFormat.Find(type)!.Form;
        var x = new Activations(_arena, count, length, form);
        var random = new Random(4);
        for (var j = 0; j < count; j++)
        {
            for (var i = 0; i < length; i++)
                x.Column(j)[i] = random.NextSingle() - 0.5f;
            x.Quantize(j, form);
        }

        return x;
    }

    private float[][] Multiply(GgmlType type, int bits, byte[] weights, int length, (int Start, int End) share, Activations x, int[] inputs)
    {
        Product product = (type, bits) switch
        {
            (GgmlType.F32, 128) => FloatRows<F32, Lanes128, Vector128<byte>>.Multiply,
            (GgmlType.F32, 256) => FloatRows<F32, Lanes256, Vector256<byte>>.Multiply,
            (GgmlType.F32, _) => FloatRows<F32, Lanes512, Vector512<byte>>.Multiply,
            (GgmlType.F16, 128) => FloatRows<F16, Lanes128, Vector128<byte>>.Multiply,
            (GgmlType.F16, 256) => FloatRows<F16, Lanes256, Vector256<byte>>.Multiply,
            (GgmlType.F16, _) => FloatRows<F16, Lanes512, Vector512<byte>>.Multiply,
            (_, 128) => FloatRows<BF16, Lanes128, Vector128<byte>>.Multiply,
            (_, 256) => FloatRows<BF16, Lanes256, Vector256<byte>>.Multiply,
            _ => FloatRows<BF16, Lanes512, Vector512<byte>>.Multiply,
        };
        var rows = share.End - share.Start;
        var rowBytes = length * type.TypeSize();
        var results = new float[inputs.Length * (rows + 1)];
        Array.Fill(results, float.NaN);
        fixed (byte* source = weights)
        fixed (float* y = results)
        fixed (int* columns = inputs)
            product(_scratch, source + share.Start * rowBytes, rowBytes, rows, length, x, columns, inputs.Length, y, rows + 1);
        Assert.Equal(-1, new Span<float>(_scratch + FloatProduct.Scratch, Behind).IndexOfAnyExcept(Canary));
        // Nothing is written behind a column.
        Assert.All(inputs, (_, j) => Assert.True(float.IsNaN(results[j * (rows + 1) + rows])));
        return [.. inputs.Select((_, j) => results[(j * (rows + 1))..(j * (rows + 1) + rows)])];
    }

    private static void Compare(GgmlType type, byte[] weights, int row, Activations x, int column, float actual)
    {
        var (sum, magnitude) = (0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            var at = weights.AsSpan((row * x.Length + i) * type.TypeSize());
            var weight = type switch
            {
                GgmlType.F32 => BitConverter.ToSingle(at),
                GgmlType.F16 => (float)BitConverter.ToHalf(at),
                _ => BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(at) << 16),
            };
            var product = (double)weight * (type == GgmlType.F16 ? x.Rounded(column)[i] : x.Column(column)[i]);
            (sum, magnitude) = (sum + product, magnitude + Math.Abs(product));
        }

        Assert.Equal(sum, actual, magnitude * 1e-6);
    }
}
