namespace Vibee.Server.Tests;

/// <summary>Each request leaves one line, which says what it cost and not a word of what was said.</summary>
public class RequestLogTests
{
    [Fact]
    public async Task Line_OfAnAnswer_HasAllThatOperatorsAskFor()
    {
        var log = new LogLines();
        await using var server = await TestServer.StartAsync(Script.Says("a", "b"), loggers: log);
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions?x=1")
        {
            Content = new StringContent(TestServer.ChatBody("\"user\":\"a secret\"")),
            Headers = { { "x-request-id", "mine" }, { "Authorization", "Bearer a secret" } },
        };
        message.Content.Headers.ContentType = new("application/json");
        await server.Client.SendAsync(message, TestContext.Current.CancellationToken);

        var line = Assert.Single(await log.RequestsAsync(1));
        Assert.Equal("POST", line["Method"]);
        Assert.Equal("/v1/chat/completions", line["Path"]);
        Assert.Equal(200, line["Status"]);
        Assert.Equal("127.0.0.1", line["Client"]);
        Assert.Equal("-", line["Key"]);
        Assert.Equal("igla-7b", line["Model"]);
        Assert.Equal("mine", line["RequestId"]);
        Assert.True((int)line["PromptTokens"]! > 0);
        Assert.Equal(0, line["CachedTokens"]);
        Assert.Equal(3, line["CompletionTokens"]);
        Assert.InRange((double)line["FirstTokenMs"]!, 0, (double)line["LatencyMs"]!);
        Assert.All(log.Lines, text => Assert.DoesNotContain("secret", text));
        Assert.All(log.Lines, text => Assert.DoesNotContain("Hello!", text));
    }

    [Fact]
    public async Task Lines_OfRefusalsAndProbes_OneEachAndNone()
    {
        var log = new LogLines();
        await using var server = await TestServer.StartAsync(loggers: log);
        await server.ChatAsync("\"n\":0");
        await server.GetTextAsync("/health");
        await server.GetTextAsync("/metrics");
        await server.Client.GetAsync("/nothing", TestContext.Current.CancellationToken);

        var lines = await log.RequestsAsync(2);
        Assert.Equal([400, 404], lines.Select(line => line["Status"]));
        Assert.All(lines, line => Assert.False(line.ContainsKey("Model")));
    }

    [Fact]
    public async Task Lines_OfAWebSocket_OneForEachRequestAndOneForItself()
    {
        var log = new LogLines();
        await using var server = await TestServer.StartAsync(Script.Says("a"), loggers: log);
        await using (var socket = await SocketClient.OpenAsync(server))
        {
            await socket.AskAsync("one");
            await socket.ReceiveAllAsync("one");
            await socket.AskAsync("two", "\"n\":0");
            await socket.ReceiveAllAsync("two");
        }

        var lines = await log.RequestsAsync(3);
        Assert.Equal([("WS", 200), ("WS", 400), ("GET", 101)], lines.Select(line => ((string)line["Method"]!, (int)line["Status"]!)));
        Assert.Equal(2, lines[0]["CompletionTokens"]);
    }

    [Fact]
    public async Task Line_OfAClientThatLeft_SaysWhatItGot()
    {
        var log = new LogLines();
        var gate = new Gate(Script.Repeats("x"));
        await using var server = await TestServer.StartAsync(gate, loggers: log);
        using var leaving = new CancellationTokenSource();
        var request = server.Client.PostAsync("/v1/chat/completions", new StringContent(TestServer.ChatBody(), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")), leaving.Token);
        await TestServer.UntilAsync(() => gate.IsWaiting);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        gate.Open();
        Assert.Equal(499, Assert.Single(await log.RequestsAsync(1))["Status"]);
    }
}
