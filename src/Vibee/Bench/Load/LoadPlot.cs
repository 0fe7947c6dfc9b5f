using System.Globalization;
using System.Net;
using Vibee.Bench.Plots;

namespace Vibee.Bench.Load;

/// <summary>The report as a drawing: how long answers took to begin and to go on, over time.</summary>
internal static class LoadPlot
{
    private const int Width = 980;
    private const int Header = 80;

    /// <param name="path">Ends in <c>.svg</c>, or in <c>.html</c> for a page with the drawing in it.</param>
    /// <param name="settings">What was asked.</param>
    /// <param name="report">What was found.</param>
    /// <param name="results">Every request.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, LoadSettings settings, LoadReport report, IReadOnlyList<LoadResult> results)
    {
        var good = results.Where(result => result.Error is null).ToList();
        LatencyPanel[] panels =
        [
            new("Time to first token", [.. good.Where(result => result.ChunkTimes.Length > 0).Select(result => (result.Start, result.ChunkTimes[0]))]),
            new("Between tokens", [.. good.SelectMany(result => result.InterTokenLatencies)]),
        ];

        var title = $"{settings.Model ?? settings.Url.Authority}: {LoadTable.Describe(report)}";
        var svg = new Svg(Width, Header + panels.Length * (LatencyPanel.Height + 20));
        svg.Text(20, 28, title, size: 17, fill: "#111");
        svg.Text(20, 48, string.Create(CultureInfo.InvariantCulture, $"{report.RequestRate:F2} requests/s, {report.CompletionTokenRate:F1} tokens/s, {report.PromptTokenRate:F1} prompt tokens/s, {report.Errors} errors{(report.Errors > 0 ? " (×)" : "")}; dark line: p50 over time, red: p99"));
        double[] failures = [.. results.Where(result => result.Error is not null).Select(result => result.Start)];
        for (var i = 0; i < panels.Length; i++)
            panels[i].Draw(svg, Header + i * (LatencyPanel.Height + 20), report.Duration, failures);

        File.WriteAllText(path, Path.GetExtension(path) == ".svg" ? svg.ToString() : Page(title, svg));
    }

    private static string Page(string title, Svg svg) => $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <title>{WebUtility.HtmlEncode(title)}</title>
        {svg}
        </html>

        """;
}
