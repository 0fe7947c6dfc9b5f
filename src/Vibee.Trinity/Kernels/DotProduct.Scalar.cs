namespace Vibee.Trinity.Kernels;

// The oracle: what the other paths must compute, in the plainest order.
internal static unsafe partial class DotProduct
{
    internal static float FloatsScalar(float* row, float* values, int length)
    {
        var sum = 0f;
        for (var i = 0; i < length; i++)
            sum += row[i] * values[i];
        return sum;
    }

    internal static float BlocksScalar(UnpackedRow row, QuantizedColumn<float> column, int length)
    {
        var sum = 0f;
        for (var block = 0; block < length / Activations.Block; block++)
        {
            var start = block * Activations.Block;
            sum += row.Scales[block] * column.Scales[block] * Integers(row.Quants + start, column.Quants + start, Activations.Block);
        }

        return sum;
    }

    internal static float SuperBlocksScalar(UnpackedRow row, QuantizedColumn<short> column, int length, bool hasOffsets)
    {
        const int subs = Activations.SuperBlock / Activations.SubBlock;
        var sum = 0f;
        for (var block = 0; block < length / Activations.SuperBlock; block++)
        {
            // At most 256 · 128 · 127 · 128: fits.
            var (product, offset) = (0, 0);
            for (var sub = block * subs; sub < (block + 1) * subs; sub++)
            {
                var start = sub * Activations.SubBlock;
                product += row.SubScales[sub] * Integers(row.Quants + start, column.Quants + start, Activations.SubBlock);
                if (hasOffsets)
                    offset += row.SubOffsets[sub] * column.Sums[sub];
            }

            sum += row.Scales[block] * column.Scales[block] * product;
            if (hasOffsets)
                sum -= row.Offsets[block] * column.Scales[block] * offset;
        }

        return sum;
    }

    private static int Integers(sbyte* weights, sbyte* quants, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
            sum += weights[i] * quants[i];
        return sum;
    }
}
