using System.Net.WebSockets;
using Vibee.Server.Middleware.Keys;
using Vibee.Server.Middleware.Limits;

namespace Vibee.Server.Tests;

/// <summary>Keys and limits hold in WebSockets as they do on HTTP.</summary>
public sealed class SocketAccessTests
{
    private static ServerOptions Closed => new() { Access = new AccessOptions { ApiKeys = ["sk-secret"] } };

    [Fact]
    public async Task Open_WithoutAKey_IsRefused()
    {
        await using var server = await TestServer.StartAsync(options: Closed);
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.OpenAsync(server));
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.OpenAsync(server, configure: options => options.SetRequestHeader("Authorization", "Bearer sk-wrong")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_KeyInHeaderOrSubprotocol_AnswersInItsName(bool inHeader)
    {
        var log = new LogLines();
        await using var server = await TestServer.StartAsync(Script.Says("a"), options: Closed, loggers: log);
        await using var socket = await SocketClient.OpenAsync(server, configure: options =>
        {
            if (inHeader)
            {
                options.SetRequestHeader("Authorization", "Bearer sk-secret");
                return;
            }

            options.AddSubProtocol("openai-insecure-api-key.sk-secret");
            options.AddSubProtocol("vibee");
        });
        Assert.Equal(inHeader ? null : "vibee", socket.Socket.SubProtocol);
        await socket.AskAsync("a");
        Assert.Equal("stop", (string?)(await socket.ReceiveAllAsync("a"))[^1]["finish_reason"]);
        Assert.NotEqual("-", (await log.RequestsAsync(1))[0]["Key"]);
        Assert.All(log.Lines, line => Assert.DoesNotContain("sk-secret", line));
    }

    [Fact]
    public async Task Requests_BeyondTheLimit_AreRefusedOneByOne()
    {
        await using var server = await TestServer.StartAsync(Script.Says("a"), new ServerOptions { Limits = new LimitOptions { RequestsPerMinute = 3 }, Time = new StoppedClock() });
        await using var socket = await SocketClient.OpenAsync(server);
        for (var i = 0; i < 3; i++)
        {
            await socket.AskAsync($"{i}");
            Assert.Equal("stop", (string?)(await socket.ReceiveAllAsync($"{i}"))[^1]["finish_reason"]);
        }

        await socket.AskAsync("4");
        var refusal = (await socket.ReceiveAsync())!;
        Assert.Equal(429, (int)refusal["status"]!);
        Assert.Equal("rate_limit_exceeded", (string?)refusal["error"]!["code"]);
        Assert.True((int)refusal["retry_after"]! > 0);
    }

    [Fact]
    public async Task Tokens_OfAnswers_AreCharged()
    {
        await using var server = await TestServer.StartAsync(Script.Repeats("x"), new ServerOptions { Limits = new LimitOptions { TokensPerMinute = 10 }, Time = new StoppedClock() });
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("a", "\"max_tokens\":50");
        await socket.ReceiveAllAsync("a");
        await socket.AskAsync("b", "\"max_tokens\":50");
        Assert.Equal(429, (int)(await socket.ReceiveAsync())!["status"]!);
    }

    [Fact]
    public async Task Page_OfAnAllowedOrigin_MayOpen()
    {
        await using var server = await TestServer.StartAsync(options: new ServerOptions { CorsOrigins = ["https://example.org"] });
        await using var socket = await SocketClient.OpenAsync(server, configure: options => options.SetRequestHeader("Origin", "https://example.org"));
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.OpenAsync(server, configure: options => options.SetRequestHeader("Origin", "https://example.com")));
    }
}
