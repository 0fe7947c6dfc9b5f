using System.Globalization;
using Spectre.Console;

namespace Vibee.Bench.Engines;

/// <summary>The report for people.</summary>
internal static class EngineTable
{
    public static void Print(EngineReport report)
    {
        AnsiConsole.WriteLine(Text($"{report.Model}: {report.Architecture}, {report.Parameters / 1e6:F1} M parameters, {report.ModelBytes / 1e6:F1} MB"));
        AnsiConsole.WriteLine(Text($"{(report.Engine == "llama" ? "llama.cpp" : "Trinity")}, {report.Threads} threads, which read {report.MemoryBandwidth / 1e9:F1} GB/s from memory"));
        var table = new Table().AddColumn("").AddColumns(
            [.. new[] { "sequences", "tokens", "tokens/s", "least", "most", "weights, GB/s", "of memory's" }.Select(title => new TableColumn(title).RightAligned())]);
        foreach (var line in report.Measurements)
        {
            table.AddRow(line.Rates.Length == 0
                ? [line.Work, Text($"{line.Sequences}"), Text($"{line.Tokens}"), "-", "-", "-", "-", "-"]
                :
                [
                    line.Work, Text($"{line.Sequences}"), Text($"{line.Tokens}"), Text($"{line.Median:F1}"), Text($"{line.Least:F1}"), Text($"{line.Most:F1}"),
                    Text($"{line.WeightRate / 1e9:F2}"), Text($"{line.BandwidthShare * 100:F0} %"),
                ]);
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(Text($"tokens/s: median of {report.Measurements.Max(line => line.Rates.Length)}, of all sequences together"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
