namespace Vibee.Server.Middleware.Limits;

/// <summary>The size of a bucket, and how fast it fills: <paramref name="PerMinute"/> in a minute, evenly, up to
/// <paramref name="Capacity"/>.</summary>
internal readonly record struct Rate(int PerMinute, int Capacity)
{
    public double PerSecond => PerMinute / 60.0;

    public TimeSpan TimeFor(double amount) => TimeSpan.FromSeconds(Math.Max(0, amount) / PerSecond);
}

/// <summary>
/// What somebody has left of something that is limited: a token bucket, full at first. What cannot be known beforehand
/// is taken afterwards, and may take more than there is: then nothing is granted until the debt is paid by time.
/// </summary>
/// <param name="rate">Its size.</param>
/// <param name="now">The time, in seconds since any moment.</param>
internal sealed class Bucket(Rate rate, double now)
{
    // Levels are sums of fractions, which may miss a whole number by their last bits.
    public const double Rounding = 1e-6;

    private double _at = now;

    /// <summary>At most the capacity, at <see cref="Refill"/>'s time.</summary>
    public double Level { get; private set; } = rate.Capacity;

    public bool HasOne => Level >= 1 - Rounding;

    public bool IsFull => Level >= rate.Capacity;

    public Rate Rate => rate;

    public void Refill(double now)
    {
        Level = Math.Min(rate.Capacity, Level + Math.Max(0, now - _at) * rate.PerSecond);
        _at = now;
    }

    public void Take(int amount) => Level -= amount;
}
