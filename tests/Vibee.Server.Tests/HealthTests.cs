using System.Net;

namespace Vibee.Server.Tests;

/// <summary>What orchestrators ask.</summary>
public class HealthTests
{
    [Fact]
    public async Task Health_FromLoadingToReady_IsTrueAtEachStep()
    {
        await using var server = await TestServer.StartLoadingAsync();
        Assert.Equal((503, 200), await AskAsync(server));
        server.Load(Script.Says("a"));
        Assert.Equal((200, 200), await AskAsync(server));
        Assert.Equal("""{"status":"ready"}""", await server.GetTextAsync("/health/ready"));
        Assert.Equal("""{"status":"live"}""", await server.GetTextAsync("/health/live"));
        Assert.Equal("""{"status":"healthy","version":"1.0.0","trinity":true}""", await server.GetTextAsync("/health"));
        Assert.Equal("1", (await server.ScrapeAsync())["igla_ready"]);
    }

    [Fact]
    public async Task Health_EngineThatStandsStill_ShowsAndRecovers()
    {
        var gate = new Gate(Script.Says("a"));
        await using var server = await TestServer.StartAsync(gate);
        var request = server.ChatAsync();
        await TestServer.UntilAsync(() => gate.IsWaiting);
        Assert.Equal((200, 200), await AskAsync(server)); // not at once: a step may take its time

        while (await AskAsync(server) != (503, 503))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        using var response = await server.Client.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.Contains("engine_stalled", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("0", (await server.ScrapeAsync())["igla_ready"]);

        gate.Open();
        await request;
        Assert.Equal((200, 200), await AskAsync(server));
    }

    [Fact]
    public async Task Health_EngineThatBroke_IsNeitherReadyNorLive()
    {
        await using var server = await TestServer.StartAsync(new Breaking(Script.Says("a"), after: 0));
        await server.ChatAsync();
        Assert.Equal((503, 503), await AskAsync(server));
    }

    private static async Task<(int Ready, int Live)> AskAsync(TestServer server)
    {
        using var ready = await server.Client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        using var live = await server.Client.GetAsync("/v1/health/live", TestContext.Current.CancellationToken);
        Assert.True(ready.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable);
        return ((int)ready.StatusCode, (int)live.StatusCode);
    }
}
