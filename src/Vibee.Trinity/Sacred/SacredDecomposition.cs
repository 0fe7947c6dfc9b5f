namespace Vibee.Trinity.Sacred;

/// <summary>A case of the formula that comes near a wanted value.</summary>
/// <param name="Formula">n and the exponents.</param>
/// <param name="Value">What the formula gives.</param>
/// <param name="Error">|Value − wanted| / |wanted|.</param>
public readonly record struct SacredDecomposition(SacredFormula Formula, double Value, double Error) : IComparable<SacredDecomposition>
{
    /// <summary>By error, then by size; what is left is decided by n, k, m, p and q, so that the order is total.</summary>
    public int CompareTo(SacredDecomposition other)
    {
        var byError = Error.CompareTo(other.Error);
        return byError != 0 ? byError : CompareBySize(Formula, other.Formula);
    }

    /// <summary>By size, then by error.</summary>
    internal int CompareSizeFirst(SacredDecomposition other)
    {
        var bySize = Formula.Size.CompareTo(other.Formula.Size);
        return bySize != 0 ? bySize : CompareTo(other);
    }

    private static int CompareBySize(SacredFormula a, SacredFormula b) =>
        (a.Size, a.N, a.K, a.M, a.P, a.Q).CompareTo((b.Size, b.N, b.K, b.M, b.P, b.Q));
}
