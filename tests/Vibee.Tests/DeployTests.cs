using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Vibee.Tests;

/// <summary>What lies in <c>deploy/</c> speaks of the server as it is.</summary>
public sealed partial class DeployTests
{
    [Fact]
    public async Task Dashboard_EveryMetricItAsksFor_IsThere()
    {
        var dashboard = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "deploy", "grafana", "vibee.json"), TestContext.Current.CancellationToken))!;
        var asked = dashboard["panels"]!.AsArray().SelectMany(panel => panel!["targets"]!.AsArray())
            .SelectMany(target => Metric().Matches((string)target!["expr"]!)).Select(match => match.Value).Distinct().ToList();
        Assert.True(asked.Count > 15);

        var (process, client) = await VibeeProcess.ServeAsync();
        await using var _ = process;
        await client.GetStringAsync("/v1/models", TestContext.Current.CancellationToken);
        var metrics = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.All(asked, name => Assert.Matches($"(?m)^{name}[ {{]", metrics));
    }

    [GeneratedRegex("igla_[a-z_]+")]
    private static partial Regex Metric();
}
