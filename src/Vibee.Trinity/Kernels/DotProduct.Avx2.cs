using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Kernels;

// AVX2 with FMA. Signed bytes are multiplied as |weight| (unsigned) times the activation with the weight's sign, which is
// what the instruction wants; activations never hold -128, so a pair of products fits 16 bits.
internal static unsafe partial class DotProduct
{
    internal static float BlocksAvx2(UnpackedRow row, QuantizedColumn<float> column, int length)
    {
        var (even, odd) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var blocks = length / Activations.Block;
        var block = 0;
        for (; block < blocks - 1; block += 2)
        {
            even = Fma.MultiplyAdd(Block(row, column.Quants, block), Vector256.Create(row.Scales[block] * column.Scales[block]), even);
            odd = Fma.MultiplyAdd(Block(row, column.Quants, block + 1), Vector256.Create(row.Scales[block + 1] * column.Scales[block + 1]), odd);
        }

        if (block < blocks)
            even = Fma.MultiplyAdd(Block(row, column.Quants, block), Vector256.Create(row.Scales[block] * column.Scales[block]), even);
        return Vector256.Sum(even + odd);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<float> Block(UnpackedRow row, sbyte* quants, int block)
        {
            var start = block * Activations.Block;
            var pairs = Pairs(Vector256.Load(row.Quants + start), Vector256.Load(quants + start));
            return Avx.ConvertToVector256Single(Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One));
        }
    }

    internal static float SuperBlocksAvx2(UnpackedRow row, QuantizedColumn<short> column, int length, bool hasOffsets)
    {
        const int subs = Activations.SuperBlock / Activations.SubBlock;
        var (products, offsets) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var block = 0; block < length / Activations.SuperBlock; block++)
        {
            var weights = row.Quants + block * Activations.SuperBlock;
            var values = column.Quants + block * Activations.SuperBlock;
            var subScales = row.SubScales + block * subs;
            var (even, odd) = (Vector256<int>.Zero, Vector256<int>.Zero);
            for (var i = 0; i < 4; i++, weights += 64, values += 64, subScales += 4)
            {
                even += Avx2.MultiplyAddAdjacent(Pairs(Vector256.Load(weights), Vector256.Load(values)), Twice(subScales));
                odd += Avx2.MultiplyAddAdjacent(Pairs(Vector256.Load(weights + 32), Vector256.Load(values + 32)), Twice(subScales + 2));
            }

            var scale = Vector256.Create(row.Scales[block] * column.Scales[block]);
            products = Fma.MultiplyAdd(Avx.ConvertToVector256Single(even + odd), scale, products);
            if (hasOffsets)
            {
                var offset = Avx2.MultiplyAddAdjacent(Vector256.Load(row.SubOffsets + block * subs), Vector256.Load(column.Sums + block * subs));
                offsets = Fma.MultiplyAdd(Avx.ConvertToVector256Single(offset), Vector256.Create(row.Offsets[block] * column.Scales[block]), offsets);
            }
        }

        return Vector256.Sum(products - offsets);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Pairs(Vector256<sbyte> weights, Vector256<sbyte> values) =>
        Avx2.MultiplyAddAdjacent(Avx2.Abs(weights), Avx2.Sign(values, weights));

    /// <summary>Two small scales, each for 16 weights: 8 pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Twice(short* scales) =>
        Vector256.Create(Vector128.Create(scales[0]), Vector128.Create(scales[1]));
}
