using System.Net;

namespace Vibee.Server.Tests;

public class ServerTests
{
    [Fact]
    public async Task Health_Ready_AnswersAsTheGuideSays()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal("""{"status":"healthy","version":"1.0.0","trinity":true}""", await server.GetTextAsync("/health"));
    }

    [Fact]
    public async Task Metrics_AfterRequests_HaveTheGuidesLines()
    {
        await using var server = await TestServer.StartAsync();
        await server.ChatAsync();

        Assert.Fail(await server.GetTextAsync("/metrics"));
    }
}
