namespace Vibee.Trinity.Kernels;

/// <summary>A column of activations as 8-bit integers; none of them is −128.</summary>
/// <typeparam name="TSum">Of what <see cref="Sums"/> holds.</typeparam>
internal readonly unsafe struct QuantizedColumn<TSum>(sbyte* quants, float* scales, TSum* sums) where TSum : unmanaged
{
    public readonly sbyte* Quants = quants;

    /// <summary>One per block: value = scale · quant.</summary>
    public readonly float* Scales = scales;

    /// <summary>Blocks of 32: the sum of the values of each. Blocks of 256: the sum of the integers of each 16.</summary>
    public readonly TSum* Sums = sums;
}
