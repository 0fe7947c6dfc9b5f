using Vibee.Gguf;
using Vibee.Trinity.Kernels;
using Vibee.Trinity.Kernels.Formats;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Tests.Kernels;

/// <summary>Vector paths against the scalar oracles, on random and on extreme bytes.</summary>
public sealed unsafe class WeightFormatTests : IDisposable
{
    private const int Length = 1024;

    private readonly Arena _arena = new(new MemoryBudget(), "Test", 1 << 20);
    private readonly UnpackedRow _row;
    private readonly UnpackedRow _expected;

    public WeightFormatTests()
    {
        _row = new UnpackedRow(_arena, Length);
        _expected = new UnpackedRow(_arena, Length);
    }

    public static TheoryData<GgmlType> Types =>
    [
        GgmlType.F32, GgmlType.F16, GgmlType.BF16, GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q4_1, GgmlType.Q5_0, GgmlType.Q5_1,
        GgmlType.IQ4_NL, GgmlType.Q2_K, GgmlType.Q3_K, GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.Q6_K, GgmlType.IQ4_XS,
        GgmlType.TQ1_0, GgmlType.TQ2_0, GgmlType.I2_S,
    ];

    public void Dispose() => _arena.Dispose();

    [Theory]
    [MemberData(nameof(Types))]
    public void Unpack_AnyBytes_EqualsTheOracle(GgmlType type)
    {
        var format = WeightSamples.Format(type, Length);
        foreach (var bytes in WeightSamples.Contents(type, Length, finite: false))
        {
            fixed (byte* source = bytes)
            {
                format.Unpack(source, Length, _row);
                format.UnpackScalar(source, Length, _expected);
            }

            if (IsFloat(format))
            {
                Assert.Equal(Bits(_expected.Floats, Length), Bits(_row.Floats, Length));
                continue;
            }

            var blocks = Length / (format.Form == ActivationForms.Blocks ? Activations.Block : Activations.SuperBlock);
            Assert.Equal(new Span<sbyte>(_expected.Quants, Length), new Span<sbyte>(_row.Quants, Length));
            Assert.Equal(Bits(_expected.Scales, blocks), Bits(_row.Scales, blocks));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Multiply_FiniteWeights_IsTheProductOfWhatTheyStandFor(GgmlType type)
    {
        var format = WeightSamples.Format(type, Length);
        var x = new Activations(_arena, 1, Length, format.Form);
        var weights = new float[Length];
        foreach (var bytes in WeightSamples.Contents(type, Length, finite: true))
        {
            foreach (var values in WeightSamples.Columns(Length))
            {
                values.CopyTo(new Span<float>(x.Column(0), Length));
                x.Quantize(0, format.Form);
                fixed (byte* source = bytes)
                fixed (float* target = weights)
                {
                    format.Dequantize(source, Length, _row, target);
                    Compare(format, x, weights);
                }
            }
        }
    }

    // The fast product equals the oracle's up to the order of float sums; both equal the plain one up to the rounding of
    // activations to 8 bits, half a step of the block's largest.
    private void Compare(WeightFormat format, Activations x, float[] weights)
    {
        var (exact, magnitude, largest) = (0.0, 0.0, 0f);
        for (var i = 0; i < Length; i++)
        {
            exact += (double)weights[i] * x.Column(0)[i];
            magnitude += Math.Abs((double)weights[i] * x.Column(0)[i]);
            largest = MathF.Max(largest, MathF.Abs(x.Column(0)[i]));
        }

        var rounding = IsFloat(format) ? 0 : weights.Sum(weight => Math.Abs((double)weight)) * largest / 127 * 0.51;
        var (fast, oracle) = Products(format, x);
        // Block scales of activations, or these themselves, are rounded to 16 bits: 2^-11, but not below 2^-25.
        var least = format.Form == ActivationForms.Halves ? weights.Sum(weight => Math.Abs((double)weight)) * 3e-8 : 0;
        Assert.Equal(exact, fast, rounding + magnitude / 1500 + least + 1e-30);
        Assert.Equal(oracle, fast, (rounding + magnitude) * 2e-5 + 1e-30);
    }

    private (float Fast, float Oracle) Products(WeightFormat format, Activations x) => format.Form switch
    {
        ActivationForms.Floats => (DotProduct.Floats(_row.Floats, x.Column(0), Length), DotProduct.FloatsScalar(_row.Floats, x.Column(0), Length)),
        ActivationForms.Halves => (DotProduct.Floats(_row.Floats, x.Rounded(0), Length), DotProduct.FloatsScalar(_row.Floats, x.Rounded(0), Length)),
        ActivationForms.Blocks => (
            DotProduct.Blocks(_row, x.Blocks(0), Length, format.HasOffsets),
            DotProduct.BlocksScalar(_row, x.Blocks(0), Length) +
                (format.HasOffsets ? DotProduct.FloatsScalar(_row.Offsets, x.Blocks(0).Sums, Length / Activations.Block) : 0)),
        _ => (
            DotProduct.SuperBlocks(_row, x.SuperBlocks(0), Length, format.HasOffsets),
            DotProduct.SuperBlocksScalar(_row, x.SuperBlocks(0), Length, format.HasOffsets)),
    };

    [Fact]
    public void Multiply_I2SRowsThat256DoesNotDivide_IsTheProductOfWhatTheyStandFor()
    {
        const int length = 384;
        var (format, random) = (new I2_S(0.25f, length), new Random(3));
        var (bytes, weights) = (new byte[length / 4], new float[length]);
        random.NextBytes(bytes);
        var x = new Activations(_arena, 1, length, format.Form);
        for (var i = 0; i < length; i++)
            x.Column(0)[i] = random.NextSingle() - 0.5f;
        x.Quantize(0, format.Form);
        fixed (byte* source = bytes)
        fixed (float* target = weights)
            format.Dequantize(source, length, _row, target);
        var exact = weights.Select((weight, i) => (double)weight * x.Column(0)[i]).Sum();
        Assert.Equal(exact, DotProduct.Blocks(_row, x.Blocks(0), length, hasOffsets: false), 0.2);
    }

    private static bool IsFloat(WeightFormat format) => format.Form is ActivationForms.Floats or ActivationForms.Halves;

    private static uint[] Bits(float* values, int count)
    {
        // One NaN is as good as another.
        return [.. new ReadOnlySpan<float>(values, count).ToArray().Select(value => float.IsNaN(value) ? 0x7fc00000u : BitConverter.SingleToUInt32Bits(value))];
    }
}
