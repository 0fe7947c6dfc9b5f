using System.Globalization;

namespace Vibee.Trinity.Sacred;

/// <summary>Where a search looks: every n with 1 ≤ |n| ≤ <paramref name="MaxN"/> and every exponent k, m, p, q from
/// −<paramref name="MaxExponent"/> to <paramref name="MaxExponent"/>.</summary>
/// <param name="MaxN">1 to 999.</param>
/// <param name="MaxExponent">0 to 32.</param>
/// <param name="Tolerance">The largest relative error, over 0 and at most 0.1.</param>
/// <param name="Count">The most decompositions listed, 1 to 1000.</param>
public sealed record SacredBounds(int MaxN = 99, int MaxExponent = 9, double Tolerance = 1e-3, int Count = 10)
{
    public static SacredBounds Default { get; } = new();

    /// <summary>What is wrong with the bounds, as a sentence, or null.</summary>
    public string? Problem =>
        MaxN is < 1 or > 999 ? $"n must be bounded by 1 to 999, not {MaxN.ToString(CultureInfo.InvariantCulture)}."
        : MaxExponent is < 0 or > 32 ? $"Exponents must be bounded by 0 to 32, not {MaxExponent.ToString(CultureInfo.InvariantCulture)}."
        : Tolerance is not (> 0 and <= 0.1) ? $"The tolerance must be over 0 and at most 0.1, not {Tolerance.ToString(CultureInfo.InvariantCulture)}."
        : Count is < 1 or > 1000 ? $"The count must be 1 to 1000, not {Count.ToString(CultureInfo.InvariantCulture)}."
        : null;
}
