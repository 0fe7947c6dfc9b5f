using System.Runtime.Intrinsics;
using Vibee.Gguf;
using Vibee.Trinity.Kernels;
using Vibee.Trinity.Kernels.Formats;
using Vibee.Trinity.Kernels.Panels;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Tests.Kernels;

/// <summary>Panels of every width of registers against the scalar product of the rows they were made of.</summary>
public sealed unsafe class PanelTests : IDisposable
{
    private const int Length = 768;
    private const int Rows = 43; // no panel's multiple
    private const int Columns = 11;

    private readonly Arena _arena = new(new MemoryBudget(), "Test", 8 << 20);
    private readonly UnpackedRow _row;

    public PanelTests()
    {
        if (!Vector128.IsHardwareAccelerated)
            Assert.Skip("Panels are for processors with vectors.");
        _row = new UnpackedRow(_arena, Length);
    }

    public static TheoryData<GgmlType, int> Cases
    {
        get
        {
            var cases = new TheoryData<GgmlType, int>();
            GgmlType[] types =
            [
                GgmlType.Q2_K, GgmlType.Q3_K, GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.Q6_K, GgmlType.TQ1_0, GgmlType.TQ2_0, GgmlType.I2_S,
                GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q4_1, GgmlType.Q5_0, GgmlType.Q5_1,
                GgmlType.IQ4_NL, GgmlType.IQ4_XS,
            ];
            foreach (var type in types)
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
    public void Multiply_AnyBytes_EqualsTheOracle(GgmlType type, int bits)
    {
        var format = WeightSamples.Format(type, Length);
        var panels = Panels(format, bits);
        var x = new Activations(_arena, Columns, Length, format.Form);
        foreach (var bytes in WeightSamples.Contents(type, Rows * Length, finite: true))
        {
            var column = 0;
            foreach (var values in WeightSamples.Columns(Length).Concat(WeightSamples.Columns(Length)).Take(Columns))
            {
                values.CopyTo(new Span<float>(x.Column(column), Length));
                x.Quantize(column++, format.Form);
            }

            var (results, stride) = Multiply(format, panels, bytes, x, [.. Enumerable.Range(0, Columns)]);
            fixed (byte* source = bytes)
            {
                for (var row = 0; row < Rows; row++)
                {
                    format.UnpackScalar(source + row * RowBytes(type), Length, _row);
                    for (var j = 0; j < Columns; j++)
                        Compare(format, x, j, results[j * stride + row]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Multiply_AnyCompany_SameBits(GgmlType type, int bits)
    {
        var format = WeightSamples.Format(type, Length);
        var panels = Panels(format, bits);
        var random = new Random(3);
        var x = new Activations(_arena, Columns, Length, format.Form);
        for (var j = 0; j < Columns; j++)
        {
            for (var i = 0; i < Length; i++)
                x.Column(j)[i] = random.NextSingle() - 0.5f;
            x.Quantize(j, format.Form);
        }

        var bytes = WeightSamples.Contents(type, Rows * Length, finite: true).First();
        var (all, stride) = Multiply(format, panels, bytes, x, [.. Enumerable.Range(0, Columns)]);
        for (var round = 0; round < 20; round++)
        {
            int[] inputs = [.. Enumerable.Range(0, 1 + random.Next(9)).Select(_ => random.Next(Columns))];
            var (some, _) = Multiply(format, panels, bytes, x, inputs);
            for (var j = 0; j < inputs.Length; j++)
                Assert.Equal(all[(inputs[j] * stride)..(inputs[j] * stride + Rows)], some[(j * stride)..(j * stride + Rows)]);
        }
    }

    private static PanelFormat Panels(WeightFormat format, int bits) => PanelFormat.Find(
        bits switch
        {
            128 => PanelFormat.Of<Lanes128, Vector128<byte>>(),
            256 => PanelFormat.Of<Lanes256, Vector256<byte>>(),
            _ => PanelFormat.Of<Lanes512, Vector512<byte>>(),
        },
        format,
        Length)!;

    private static int RowBytes(GgmlType type) => Length / type.BlockSize() * type.TypeSize();

    private (float[] Results, int Stride) Multiply(WeightFormat format, PanelFormat panels, byte[] bytes, Activations x, int[] inputs)
    {
        var panelBytes = Length / panels.BlockLength * panels.BlockBytes;
        var packed = new byte[(Rows + panels.Rows - 1) / panels.Rows * panelBytes + 8192];
        var results = new float[inputs.Length * (Rows + 3)];
        fixed (byte* source = bytes, target = packed)
        fixed (float* y = results)
        fixed (int* columns = inputs)
        {
            for (var row = 0; row < Rows; row += panels.Rows)
                panels.Pack(format, source + row * RowBytes(format.Type), RowBytes(format.Type), Math.Min(panels.Rows, Rows - row), Length, _row, target + row / panels.Rows * panelBytes);
            panels.Multiply(target, Rows, x, columns, inputs.Length, y, Rows + 3);
        }

        return (results, Rows + 3);
    }

    // Integer sums are exact; floats may differ by the rounding of a few sums.
    private void Compare(WeightFormat format, Activations x, int column, float actual)
    {
        var (expected, magnitude) = format.Form == ActivationForms.SuperBlocks
            ? Exact(format, x.SuperBlocks(column))
            : Exact(format, x.Blocks(column));
        Assert.Equal(expected, actual, magnitude * 1e-6 + 1e-36);
    }

    private (double Sum, double Magnitude) Exact(WeightFormat format, QuantizedColumn<short> x)
    {
        var (sum, magnitude) = (0.0, 0.0);
        for (var block = 0; block < Length / Activations.SuperBlock; block++)
        {
            var (product, offset) = (0L, 0L);
            for (var i = block * Activations.SuperBlock; i < (block + 1) * Activations.SuperBlock; i++)
            {
                product += _row.SubScales[i / Activations.SubBlock] * _row.Quants[i] * x.Quants[i];
                if (format.HasOffsets)
                    offset += _row.SubOffsets[i / Activations.SubBlock] * x.Quants[i];
            }

            Add((double)_row.Scales[block] * x.Scales[block] * product);
            if (format.HasOffsets)
                Add(-(double)_row.Offsets[block] * x.Scales[block] * offset);
        }

        return (sum, magnitude);

        void Add(double value) => (sum, magnitude) = (sum + value, magnitude + Math.Abs(value));
    }

    private (double Sum, double Magnitude) Exact(WeightFormat format, QuantizedColumn<float> x)
    {
        var (sum, magnitude) = (0.0, 0.0);
        for (var block = 0; block < Length / Activations.Block; block++)
        {
            var product = 0L;
            for (var i = block * Activations.Block; i < (block + 1) * Activations.Block; i++)
                product += _row.Quants[i] * x.Quants[i];
            Add((double)_row.Scales[block] * x.Scales[block] * product);
            if (format.HasOffsets)
                Add((double)_row.Offsets[block] * x.Sums[block]);
        }

        return (sum, magnitude);

        void Add(double value) => (sum, magnitude) = (sum + value, magnitude + Math.Abs(value));
    }
}
