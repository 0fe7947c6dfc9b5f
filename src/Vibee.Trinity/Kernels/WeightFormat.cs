using Vibee.Gguf;
using Vibee.Trinity.Kernels.Formats;

namespace Vibee.Trinity.Kernels;

/// <summary>
/// A stored form of weights, known by how a row of it unpacks. That is all a format has to know: products and
/// conversions work on <see cref="UnpackedRow"/>, once for all formats.
/// </summary>
internal abstract unsafe class WeightFormat
{
    private static readonly WeightFormat[] All =
    [
        new FloatFormat<F32>(),
        new FloatFormat<F16>(),
        new FloatFormat<BF16>(),
        new BlockFormat<Q8_0>(),
        new BlockFormat<Q4_0>(),
        new BlockFormat<Q4_1>(),
        new BlockFormat<Q5_0>(),
        new BlockFormat<Q5_1>(),
        new BlockFormat<IQ4_NL>(),
        new SuperBlockFormat<Q2_K>(),
        new SuperBlockFormat<Q3_K>(),
        new SuperBlockFormat<Q4_K>(),
        new SuperBlockFormat<Q5_K>(),
        new SuperBlockFormat<Q6_K>(),
        new SuperBlockFormat<IQ4_XS>(),
        new SuperBlockFormat<TQ1_0>(),
        new SuperBlockFormat<TQ2_0>(),
    ];

    public abstract GgmlType Type { get; }

    /// <summary>What it is multiplied with.</summary>
    public abstract ActivationForms Form { get; }

    /// <summary>Whether weights have offsets beside scales.</summary>
    public abstract bool HasOffsets { get; }

    /// <summary>The format of a tensor's rows, or null where there is none for its type.</summary>
    public static WeightFormat? Of(GgufTensor tensor)
    {
        if (tensor.Type != GgmlType.I2_S)
            return Find(tensor.Type);
        var tail = tensor.Slice(tensor.ByteLength - GgmlType.I2_S.TailSize(), sizeof(float));
        return new I2_S(BitConverter.ToSingle(tail.Span), (int)tensor.Dimensions[0]);
    }

    /// <summary>The format of that type, or null; also where a tensor is needed to tell.</summary>
    public static WeightFormat? Find(GgmlType type) => Array.Find(All, format => format.Type == type);

    /// <summary>Unpacks whole blocks, <paramref name="length"/> weights, with vector instructions where there are any.</summary>
    public abstract void Unpack(byte* source, int length, UnpackedRow row);

    /// <summary>The same, one weight at a time: the oracle.</summary>
    public abstract void UnpackScalar(byte* source, int length, UnpackedRow row);

    /// <summary>Unpacks a row and writes it as floats: a line of the embedding table.</summary>
    public abstract void Dequantize(byte* source, int length, UnpackedRow row, float* target);

    /// <summary>
    /// Some rows times some columns: y[j][row] = weights[row] · x[inputs[j]] for each j. Row by row, each unpacked once.
    /// </summary>
    /// <param name="row">To unpack a row into.</param>
    /// <param name="source">The first row.</param>
    /// <param name="rowBytes">From one row to the next.</param>
    /// <param name="rows">How many.</param>
    /// <param name="columns">Weights in a row.</param>
    /// <param name="x">Quantized to <see cref="Form"/>.</param>
    /// <param name="inputs">Which column of x is the j-th; null for the j-th itself.</param>
    /// <param name="count">How many.</param>
    /// <param name="y">Outputs; the j-th begins at y + j · <paramref name="stride"/>.</param>
    /// <param name="stride">Floats.</param>
    public virtual void Multiply(UnpackedRow row, byte* source, long rowBytes, int rows, int columns, Activations x, int* inputs, int count, float* y, long stride)
    {
        for (var r = 0; r < rows; r++, source += rowBytes)
        {
            Unpack(source, columns, row);
            for (var j = 0; j < count; j++)
            {
                var column = inputs is null ? j : inputs[j];
                y[j * stride + r] = Form switch
                {
                    ActivationForms.Floats => DotProduct.Floats(row.Floats, x.Column(column), columns),
                    ActivationForms.Halves => DotProduct.Floats(row.Floats, x.Rounded(column), columns),
                    ActivationForms.Blocks => DotProduct.Blocks(row, x.Blocks(column), columns, HasOffsets),
                    _ => DotProduct.SuperBlocks(row, x.SuperBlocks(column), columns, HasOffsets),
                };
            }
        }
    }
}
