namespace Vibee.Trinity.Kernels.Panels;

/// <summary>A column of activations in blocks of 32, as panels are multiplied with it; no integer is −128.</summary>
internal readonly unsafe struct BlockColumn(sbyte* quants, float* scales, float* sums, int* integers)
{
    public readonly sbyte* Quants = quants;

    public readonly float* Scales = scales;

    /// <summary>Of the values of each block.</summary>
    public readonly float* Sums = sums;

    /// <summary>Of the integers of each block.</summary>
    public readonly int* Integers = integers;
}
