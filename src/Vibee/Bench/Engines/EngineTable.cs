using System.Globalization;
using Spectre.Console;

namespace Vibee.Bench.Engines;

/// <summary>The report for people.</summary>
internal static class EngineTable
{
    public static void Print(EngineReport report)
    {
        Console.WriteLine(Text($"{report.Model}: {report.Architecture}, {report.Parameters / 1e6:F1} M parameters, {report.ModelBytes / 1e6:F1} MB"));
        Console.WriteLine(Text($"{(report.Engine == "llama" ? "llama.cpp" : "Trinity")}, {report.Threads} {(report.Threads == 1 ? "thread, which reads" : "threads, which read")} {report.MemoryBandwidth / 1e9:F1} GB/s from memory"));
        var table = new Table().AddColumn("").AddColumns(
            [.. new[] { "batch", "tokens", "tokens/s", "least", "most", "GB/s", "of memory" }.Select(title => new TableColumn(title).RightAligned().NoWrap())]);
        foreach (var line in report.Measurements)
        {
            string[] rates = line.Rates.Length == 0
                ? ["-", "-", "-", "-", "-"]
                : [Text($"{line.Median:F1}"), Text($"{line.Least:F1}"), Text($"{line.Most:F1}"), Text($"{line.WeightRate / 1e9:F2}"), Text($"{line.BandwidthShare * 100:F0} %")];
            table.AddRow([line.Work, Text($"{line.Sequences}"), Text($"{line.Tokens}"), .. rates]);
        }

        AnsiConsole.Write(table);
        Console.WriteLine(Text($"tokens/s: median of {report.Measurements.Max(line => line.Rates.Length)}, the whole batch together; GB/s: weights read"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
