namespace Vibee.Trinity.Kernels.Panels;

/// <summary>A column of activations in blocks of 256, as panels are multiplied with it; no integer is −128.</summary>
internal readonly unsafe struct SuperColumn(sbyte* quants, float* scales, short* sums)
{
    public readonly sbyte* Quants = quants;

    /// <summary>One per block.</summary>
    public readonly float* Scales = scales;

    /// <summary>Of the integers of each 16 or 32: as many as share a small scale.</summary>
    public readonly short* Sums = sums;
}
