using System.Globalization;
using Vibee.Bench.Load;

namespace Vibee.Bench.Plots;

/// <summary>
/// Latencies as they came: on the left a dot for each over time, with the median and the 99th percentile of each stretch
/// of time; on the right how many there were of each height, with the percentiles of the whole run.
/// </summary>
/// <param name="Name">What is measured.</param>
/// <param name="Points">When, in seconds from the start, and how long, in seconds.</param>
internal sealed record LatencyPanel(string Name, IReadOnlyList<(double Time, double Latency)> Points)
{
    public const int Height = 260;

    private const int Left = 80;
    private const int Right = 700;
    private const int HistogramLeft = 720;
    private const int HistogramRight = 850;
    private const int Stretches = 60;
    // Fewer dots speak for themselves.
    private const int FewestPerStretch = 20;

    private const string Grid = "#e4e4e4";
    private const string Blue = "#3b6fb6";
    private static readonly (string Name, string Colour)[] Lines = [("p50", "#1b3a66"), ("p90", "#b07514"), ("p99", "#c0392b")];

    /// <param name="svg">Where to draw.</param>
    /// <param name="top">Of the panel's heading.</param>
    /// <param name="duration">Seconds, of the time axis.</param>
    /// <param name="failures">When requests began that failed.</param>
    public void Draw(Svg svg, double top, double duration, IReadOnlyList<double> failures)
    {
        var (upper, lower) = (top + 14, top + Height - 50);
        svg.Text(Left, top, Name, size: 15, fill: "#111");
        if (Points.Count == 0)
        {
            svg.Text(Left + 10, top + 40, "nothing was measured");
            return;
        }

        // Values as they are written: milliseconds.
        var values = Axis.Logarithmic(Points.Min(point => point.Latency) * 1000, Points.Max(point => point.Latency) * 1000, lower, upper);
        var times = Axis.Linear(duration, Left, Right, 10);
        foreach (var tick in values.Ticks)
        {
            svg.Line(Left, values.Place(tick), HistogramRight, values.Place(tick), Grid);
            svg.Text(Left - 6, values.Place(tick) + 4, tick.ToString("G4", CultureInfo.InvariantCulture), "end");
        }

        svg.Text(22, (upper + lower) / 2, Name.ToLowerInvariant() + ", ms", "middle", isUpright: true);
        foreach (var tick in times.Ticks)
        {
            svg.Line(times.Place(tick), lower, times.Place(tick), lower + 5, "#888");
            svg.Text(times.Place(tick), lower + 18, tick.ToString("G4", CultureInfo.InvariantCulture), "middle");
        }

        svg.Line(Left, lower, Right, lower, "#888");
        svg.Text((Left + Right) / 2, lower + 36, "time since the start, s", "middle");

        DrawPoints(svg, times, values, duration);
        foreach (var failure in failures)
            svg.Text(times.Place(failure), lower - 2, "×", "middle", 14, "#c0392b");
        DrawHistogram(svg, values, lower, upper);
        DrawPercentiles(svg, values);
    }

    private void DrawPoints(Svg svg, Axis times, Axis values, double duration)
    {
        // One dot where many would fall on each other, so that the file stays small.
        var dots = Points.Select(point => (X: Math.Round(times.Place(point.Time)), Y: Math.Round(values.Place(point.Latency * 1000)))).Distinct().ToList();
        svg.Dots(dots, dots.Count < 400 ? 5 : 3, Blue, dots.Count < 400 ? 0.7 : 0.3);
        var stretches = Math.Min(Stretches, Points.Count / FewestPerStretch);
        if (stretches < 3)
            return;

        var groups = Points.GroupBy(point => (int)Math.Min(stretches - 1, point.Time / duration * stretches)).OrderBy(group => group.Key)
            .Select(group => (group.Key, Of: Percentiles.Of(group.Select(point => point.Latency * 1000))!)).ToList();
        Draw(of => of.P99, Lines[2].Colour);
        Draw(of => of.P50, Lines[0].Colour);

        // Where nothing came there is no line.
        void Draw(Func<Percentiles, double> percentile, string colour)
        {
            for (var start = 0; start < groups.Count;)
            {
                var end = start + 1;
                while (end < groups.Count && groups[end].Key == groups[end - 1].Key + 1)
                    end++;
                svg.Polyline(groups[start..end].Select(group => (times.Place((group.Key + 0.5) * duration / stretches), values.Place(percentile(group.Of)))), colour);
                start = end;
            }
        }
    }

    private void DrawHistogram(Svg svg, Axis values, double lower, double upper)
    {
        const double BarHeight = 6;
        var bars = Points.GroupBy(point => (int)((lower - values.Place(point.Latency * 1000)) / BarHeight)).ToList();
        double most = bars.Max(bar => bar.Count());
        foreach (var bar in bars)
        {
            var height = Math.Min(BarHeight - 1, lower - bar.Key * BarHeight - upper);
            if (height > 0)
                svg.Rectangle(HistogramLeft, lower - bar.Key * BarHeight - height, bar.Count() / most * (HistogramRight - HistogramLeft), height, "#9db9dd");
        }

        svg.Line(HistogramLeft, upper, HistogramLeft, lower, "#888");
        svg.Line(HistogramLeft, lower, HistogramRight, lower, "#888");
        svg.Text(HistogramRight, lower + 18, (most / Points.Count).ToString("P1", CultureInfo.InvariantCulture), "end");
        svg.Text(HistogramLeft, lower + 18, "0");
        svg.Text((HistogramLeft + HistogramRight) / 2, lower + 36, $"share of {Points.Count}", "middle");
    }

    private void DrawPercentiles(Svg svg, Axis values)
    {
        var all = Percentiles.Of(Points.Select(point => point.Latency))!;
        double[] seconds = [all.P50, all.P90, all.P99];
        var below = double.MaxValue;
        for (var i = 0; i < seconds.Length; i++)
        {
            var y = values.Place(seconds[i] * 1000);
            svg.Line(HistogramLeft, y, HistogramRight + 6, y, Lines[i].Colour, "4 3");
            // Labels of percentiles that lie together are moved apart, upwards.
            below = Math.Min(y + 4, below - 14);
            svg.Text(HistogramRight + 10, below, FormattableString.Invariant($"{Lines[i].Name} {seconds[i] * 1000:G4} ms"), fill: Lines[i].Colour);
        }
    }
}
