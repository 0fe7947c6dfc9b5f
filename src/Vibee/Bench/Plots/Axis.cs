namespace Vibee.Bench.Plots;

/// <summary>Places values between two pixels, and knows round values to write there.</summary>
internal sealed class Axis
{
    /// <summary>A microsecond, for milliseconds: no clock of a client says less.</summary>
    public const double Least = 1e-3;

    private readonly Func<double, double> _place;
    private readonly double _least;
    private readonly double _low;
    private readonly double _high;
    private readonly double _first;
    private readonly double _last;

    private Axis(Func<double, double> place, double low, double high, double first, double last, double[] ticks)
    {
        _place = place;
        _least = low;
        (_low, _high, _first, _last) = (place(low), place(high), first, last);
        Ticks = ticks;
    }

    public IReadOnlyList<double> Ticks { get; }

    /// <summary>From 0 to <paramref name="high"/>, evenly.</summary>
    public static Axis Linear(double high, double first, double last, int ticks)
    {
        high = Math.Max(high, 1e-3);
        var step = Round(high / ticks);
        return new Axis(value => value, 0, high, first, last, [.. Enumerable.Range(0, (int)(high / step * 1.0001) + 1).Select(i => i * step)]);
    }

    /// <summary>Each factor takes as much room, for what differs by orders of magnitude. Nothing lies below
    /// <see cref="Least"/>, zero included.</summary>
    public static Axis Logarithmic(double low, double high, double first, double last)
    {
        low = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(low, Least)) * 3) / 3);
        high = Math.Max(low * 2, Math.Pow(10, Math.Ceiling(Math.Log10(Math.Max(high, Least)) * 3) / 3));
        var factors = high / low > 2000 ? new double[] { 1 } : [1, 2, 5];
        var decades = Enumerable.Range((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(Math.Log10(high / low)) + 2);
        var ticks = decades.SelectMany(decade => factors.Select(factor => factor * Math.Pow(10, decade)));
        return new Axis(Math.Log10, low, high, first, last, [.. ticks.Where(tick => tick >= low * 0.999 && tick <= high * 1.001)]);
    }

    /// <summary>The pixel; the first one for what lies below the axis.</summary>
    public double Place(double value) => _first + (_place(Math.Max(value, _least)) - _low) / (_high - _low) * (_last - _first);

    // 1, 2 or 5 times a power of ten, not below the value.
    private static double Round(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * new[] { 1.0, 2, 5, 10 }.First(factor => factor * power >= value * 0.9999);
    }
}
