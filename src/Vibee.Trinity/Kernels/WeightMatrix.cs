using Vibee.Gguf;
using Vibee.Trinity.Ternary;

namespace Vibee.Trinity.Kernels;

/// <summary>
/// A matrix of weights where the file holds it: <see cref="Rows"/> outputs of <see cref="Columns"/> inputs each.
/// </summary>
/// <param name="format">How a row is stored.</param>
/// <param name="data">The first row, in a mapping that outlives this.</param>
/// <param name="rows">Outputs.</param>
/// <param name="columns">Inputs; whole blocks of the format.</param>
internal sealed unsafe class WeightMatrix(WeightFormat format, byte* data, int rows, int columns)
{
    private readonly long _rowBytes = (long)columns / format.Type.BlockSize() * format.Type.TypeSize();

    public int Rows => rows;

    public int Columns => columns;

    public WeightFormat Format => format;

    /// <summary>Rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> − 1 as a matrix of their own.</summary>
    public WeightMatrix Slice(int start, int count) => new(format, data + start * _rowBytes, count, columns);

    /// <summary>One row as floats.</summary>
    public void Read(int row, Workbench bench, float* target) => format.Dequantize(data + row * _rowBytes, columns, bench.Row, target);

    /// <summary>
    /// Some rows times some columns: y[j][row] = weights[row] · x[inputs[j]] for each j, unscaled.
    /// </summary>
    /// <param name="bench">The worker's own buffers.</param>
    /// <param name="share">Rows from, to (exclusive).</param>
    /// <param name="x">Quantized to <see cref="WeightFormat.Form"/>.</param>
    /// <param name="inputs">Which column of x is the j-th; null for the j-th itself.</param>
    /// <param name="count">How many.</param>
    /// <param name="y">Outputs; the j-th begins at y + j · <paramref name="stride"/>.</param>
    /// <param name="stride">Floats.</param>
    public void Multiply(Workbench bench, (int Start, int End) share, Activations x, int* inputs, int count, float* y, long stride)
    {
        if (format.Form == ActivationForms.Ternary)
        {
            TernaryProduct.Multiply(
                data + share.Start * _rowBytes, share.End - share.Start, x.Ternary(), inputs, count, y + share.Start, (nint)stride, TernaryProduct.Best);
            return;
        }

        var row = bench.Row;
        for (var r = share.Start; r < share.End; r++)
        {
            format.Unpack(data + r * _rowBytes, columns, row);
            for (var j = 0; j < count; j++)
            {
                var column = inputs is null ? j : inputs[j];
                y[j * stride + r] = format.Form switch
                {
                    ActivationForms.Floats => DotProduct.Floats(row.Floats, x.Column(column), columns),
                    ActivationForms.Halves => DotProduct.Floats(row.Floats, x.Rounded(column), columns),
                    ActivationForms.Blocks => DotProduct.Blocks(row, x.Blocks(column), columns, format.HasOffsets),
                    _ => DotProduct.SuperBlocks(row, x.SuperBlocks(column), columns, format.HasOffsets),
                };
            }
        }
    }
}
