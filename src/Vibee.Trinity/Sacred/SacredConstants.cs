namespace Vibee.Trinity.Sacred;

/// <summary>
/// The numbers the runtime is named after: φ is the golden ratio, and φ² + 1/φ² = 3 is the identity that makes a
/// trinity of it.
/// </summary>
public static class SacredConstants
{
    /// <summary>φ = (1 + √5) / 2, the positive solution of φ² = φ + 1.</summary>
    public static double Phi { get; } = (1 + Math.Sqrt(5)) / 2;

    /// <summary>φ² = φ + 1.</summary>
    public static double PhiSquared { get; } = Phi * Phi;

    /// <summary>1/φ² = 2 − φ.</summary>
    public static double InversePhiSquared { get; } = 1 / PhiSquared;

    /// <summary>φ² + 1/φ², which is 3.</summary>
    public static double Trinity { get; } = PhiSquared + InversePhiSquared;

    /// <summary>999 = 3³ × 37, the phoenix.</summary>
    public static int Phoenix => 27 * 37;

    /// <summary>Whether the identities hold as computed, to within the rounding of double precision.</summary>
    public static bool Verify() =>
        Near(PhiSquared, Phi + 1) && Near(InversePhiSquared, 2 - Phi) && Near(Trinity, 3) && Phoenix == 999;

    private static bool Near(double actual, double expected) => Math.Abs(actual - expected) <= 4 * Math.BitIncrement(expected) - 4 * expected;
}
