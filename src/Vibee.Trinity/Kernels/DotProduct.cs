using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Kernels;

/// <summary>
/// The product of one row of weights with one column of activations, for the three forms of <see cref="UnpackedRow"/>.
/// </summary>
/// <remarks>The order of every sum is a function of the length alone, so that a result does not depend on what else is
/// computed, by whom, or in which batch. Integer sums are exact on every path; only the order of float sums differs
/// between instruction sets.</remarks>
internal static unsafe partial class DotProduct
{
    /// <param name="row">Unpacked floats.</param>
    /// <param name="values">A column.</param>
    /// <param name="length">Any.</param>
    public static float Floats(float* row, float* values, int length) =>
        Vector128.IsHardwareAccelerated ? FloatsVector(row, values, length) : FloatsScalar(row, values, length);

    /// <param name="row">Unpacked blocks of 32.</param>
    /// <param name="column">From <see cref="Activations.Blocks"/>.</param>
    /// <param name="length">A multiple of 32.</param>
    /// <param name="hasOffsets">Of the format.</param>
    public static float Blocks(UnpackedRow row, QuantizedColumn<float> column, int length, bool hasOffsets)
    {
        var product = Avx2.IsSupported && Fma.IsSupported
            ? BlocksAvx2(row, column, length)
            : Vector128.IsHardwareAccelerated ? BlocksVector(row, column, length) : BlocksScalar(row, column, length);
        // An offset is the same for the block's 32 weights: it multiplies the sum of the activations.
        return hasOffsets ? product + Floats(row.Offsets, column.Sums, length / Activations.Block) : product;
    }

    /// <param name="row">Unpacked blocks of 256.</param>
    /// <param name="column">From <see cref="Activations.SuperBlocks"/>.</param>
    /// <param name="length">A multiple of 256.</param>
    /// <param name="hasOffsets">Of the format.</param>
    public static float SuperBlocks(UnpackedRow row, QuantizedColumn<short> column, int length, bool hasOffsets) =>
        Avx2.IsSupported && Fma.IsSupported
            ? SuperBlocksAvx2(row, column, length, hasOffsets)
            : Vector128.IsHardwareAccelerated
                ? SuperBlocksVector(row, column, length, hasOffsets)
                : SuperBlocksScalar(row, column, length, hasOffsets);
}
