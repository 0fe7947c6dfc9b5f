using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Kernels;

// For any processor with vectors: AdvSimd, and x86 without AVX2.
internal static unsafe partial class DotProduct
{
    internal static float FloatsVector(float* row, float* values, int length)
    {
        // Four sums hide the latency of the addition. Where registers hold four floats each of these is a pair of them.
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var i = 0;
        for (; i <= length - 32; i += 32)
        {
            a = Vector256.MultiplyAddEstimate(Vector256.Load(row + i), Vector256.Load(values + i), a);
            b = Vector256.MultiplyAddEstimate(Vector256.Load(row + i + 8), Vector256.Load(values + i + 8), b);
            c = Vector256.MultiplyAddEstimate(Vector256.Load(row + i + 16), Vector256.Load(values + i + 16), c);
            d = Vector256.MultiplyAddEstimate(Vector256.Load(row + i + 24), Vector256.Load(values + i + 24), d);
        }

        for (; i <= length - 8; i += 8)
            a = Vector256.MultiplyAddEstimate(Vector256.Load(row + i), Vector256.Load(values + i), a);
        var sum = Vector256.Sum(a + b + (c + d));
        for (; i < length; i++)
            sum += row[i] * values[i];
        return sum;
    }

    internal static float BlocksVector(UnpackedRow row, QuantizedColumn<float> column, int length)
    {
        var sums = Vector128<float>.Zero;
        for (var (block, start) = (0, 0); start < length; block++, start += Activations.Block)
        {
            var product = Sixteen(row.Quants + start, column.Quants + start) + Sixteen(row.Quants + start + 16, column.Quants + start + 16);
            sums += Vector128.ConvertToSingle(product) * (row.Scales[block] * column.Scales[block]);
        }

        return Vector128.Sum(sums);
    }

    internal static float SuperBlocksVector(UnpackedRow row, QuantizedColumn<short> column, int length, bool hasOffsets)
    {
        const int subs = Activations.SuperBlock / Activations.SubBlock;
        var sums = Vector128<float>.Zero;
        for (var block = 0; block < length / Activations.SuperBlock; block++)
        {
            var (products, offsets) = (Vector128<int>.Zero, 0);
            for (var sub = block * subs; sub < (block + 1) * subs; sub++)
            {
                var start = sub * Activations.SubBlock;
                products += Sixteen(row.Quants + start, column.Quants + start) * row.SubScales[sub];
                if (hasOffsets)
                    offsets += row.SubOffsets[sub] * column.Sums[sub];
            }

            sums += Vector128.ConvertToSingle(products) * (row.Scales[block] * column.Scales[block]);
            if (hasOffsets)
                sums -= Vector128.CreateScalar(row.Offsets[block] * column.Scales[block] * offsets);
        }

        return Vector128.Sum(sums);
    }

    /// <summary>16 products in four sums. Two products fit 16 bits: at most 2 · 128 · 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sixteen(sbyte* weights, sbyte* values)
    {
        var (weightsLow, weightsHigh) = Vector128.Widen(Vector128.Load(weights));
        var (valuesLow, valuesHigh) = Vector128.Widen(Vector128.Load(values));
        var (low, high) = Vector128.Widen(weightsLow * valuesLow + weightsHigh * valuesHigh);
        return low + high;
    }
}
