using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Vibee.Tests;

/// <summary>What a server says of itself.</summary>
internal static class Metrics
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The value of a counter or gauge without labels.</summary>
    public static async Task<int> ReadAsync(HttpClient client, string name)
    {
        var metrics = await client.GetStringAsync("/metrics", Cancellation);
        return int.Parse(Regex.Match(metrics, $@"^{name} (\d+)$", RegexOptions.Multiline).Groups[1].Value);
    }

    /// <summary>Waits until nothing runs and nothing waits: who left is noticed a moment later.</summary>
    /// <returns>All metrics.</returns>
    public static async Task<string> WhenIdleAsync(HttpClient client)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            var metrics = await client.GetStringAsync("/metrics", Cancellation);
            if (metrics.Contains("\nigla_slots_in_use 0\n") && metrics.Contains("\nigla_queue_length 0\n"))
                return metrics;
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(10), metrics);
        }
    }
}
