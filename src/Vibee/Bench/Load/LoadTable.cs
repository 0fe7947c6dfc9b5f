using System.Globalization;
using Spectre.Console;

namespace Vibee.Bench.Load;

/// <summary>The report for people.</summary>
internal static class LoadTable
{
    public static void Print(LoadReport report)
    {
        var table = new Table().AddColumn("ms").AddColumns([.. new[] { "p50", "p90", "p99" }.Select(title => new TableColumn(title).RightAligned())]);
        Add("time to first token", report.TimeToFirstToken);
        Add("between tokens", report.InterTokenLatency);
        Add("whole request", report.RequestTime);
        Console.WriteLine(Describe(report));
        Console.WriteLine(Text($"{report.RequestRate:F2} requests/s, {report.CompletionTokenRate:F1} tokens/s, {report.PromptTokenRate:F1} prompt tokens/s ({report.PromptTokens} tokens, {report.CachedTokens} of them cached), {report.Errors} errors"));
        AnsiConsole.Write(table);

        void Add(string name, Percentiles? seconds) =>
            table.AddRow(name, Milliseconds(seconds?.P50), Milliseconds(seconds?.P90), Milliseconds(seconds?.P99));

        static string Milliseconds(double? seconds) => seconds is { } value ? Text($"{value * 1000:F2}") : "-";
    }

    /// <summary>What was done, in a line.</summary>
    public static string Describe(LoadReport report) => Text($"{report.Requests} {(report.Requests == 1 ? "request" : "requests")} ") + (report.ArrivalRate is { } rate
        ? Text($"at {rate} {(report.Turns > 1 ? $"conversations of {report.Turns} turns" : "requests")}/s")
        : Text($"by {report.Clients} {(report.Clients == 1 ? "client" : "clients")}{(report.Turns > 1 ? $" in conversations of {report.Turns} turns" : "")}")) + Text($" in {report.Duration:F2} s");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
