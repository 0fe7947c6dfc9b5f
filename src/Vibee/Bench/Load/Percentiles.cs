namespace Vibee.Bench.Load;

/// <summary>Where half, nine tenths and 99 hundredths of the values lie below.</summary>
internal sealed record Percentiles(double P50, double P90, double P99)
{
    /// <returns>Null for no values.</returns>
    public static Percentiles? Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : new(At(0.5), At(0.9), At(0.99));

        double At(double share) => sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }
}
