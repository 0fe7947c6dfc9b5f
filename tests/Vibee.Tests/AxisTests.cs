using Vibee.Bench.Plots;

namespace Vibee.Tests;

/// <summary>Where the values of a plot lie.</summary>
public sealed class AxisTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 250)]
    [InlineData(5, 5)]
    [InlineData(0.01, 30_000)]
    [InlineData(99, 101)]
    public void Logarithmic_AnyValues_LieInsideWithTicksToReadThemBy(double low, double high)
    {
        var axis = Axis.Logarithmic(low, high, 300, 100);
        Assert.InRange(axis.Place(low), 100, 300);
        Assert.InRange(axis.Place(high), 100, 300);
        Assert.True(axis.Place(low) >= axis.Place(high));
        Assert.NotEmpty(axis.Ticks);
        Assert.All(axis.Ticks, tick => Assert.InRange(axis.Place(tick), 99, 301));
        Assert.True(axis.Ticks.Count <= 12, $"{axis.Ticks.Count} ticks");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    [InlineData(14.04)]
    [InlineData(86_400)]
    public void Linear_AnyDuration_HasRoundTicksFromZeroOn(double duration)
    {
        var axis = Axis.Linear(duration, 0, 600, 10);
        Assert.Equal(0, axis.Ticks[0]);
        Assert.InRange(axis.Ticks.Count, 2, 11);
        Assert.Equal(0, axis.Place(0));
        Assert.All(axis.Ticks, tick => Assert.InRange(axis.Place(tick), 0, 601));
    }
}
