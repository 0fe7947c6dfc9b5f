using System.Net;
using Vibee.Server.Middleware.Limits;

namespace Vibee.Server.Tests;

/// <summary>Limits that several servers share. A request a minute comes back, so that during a test none does.</summary>
public class RedisLimitTests
{
    [Fact]
    public async Task TwoServers_ShareOneLimit_Exactly()
    {
        await using var redis = await RedisServer.StartAsync();
        var options = Options(redis, requests: 60);
        await using var first = await TestServer.StartAsync(options: options);
        await using var second = await TestServer.StartAsync(options: options);

        var passed = await Task.WhenAll(LimitTests.PassingAsync(first, 100), LimitTests.PassingAsync(second, 100));

        Assert.Equal(60, passed.Sum());
    }

    [Fact]
    public async Task TwoServers_ShareTokens()
    {
        await using var redis = await RedisServer.StartAsync();
        var options = Options(redis, requests: 1000) with { Limits = new() { TokensPerMinute = 1, Redis = redis.Address } };
        await using var first = await TestServer.StartAsync(options: options);
        await using var second = await TestServer.StartAsync(options: options);

        Assert.Equal(HttpStatusCode.OK, (await first.ChatAsync()).Status);
        var (status, json) = await second.ChatAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal("tokens", (string?)json["error"]!["type"]);
    }

    [Fact]
    public async Task Redis_KilledInMidRun_EachServerCountsForItself_UntilItIsBack()
    {
        await using var redis = await RedisServer.StartAsync();
        var log = new LogLines();
        var options = Options(redis, requests: 40);
        await using var first = await TestServer.StartAsync(options: options, loggers: log);
        await using var second = await TestServer.StartAsync(options: options);
        Assert.Equal(40, await LimitTests.PassingAsync(first, 60));
        Assert.Equal(0, await LimitTests.PassingAsync(second, 10));

        await redis.KillAsync();
        Assert.Equal(40, await LimitTests.PassingAsync(first, 100));
        Assert.Equal(40, await LimitTests.PassingAsync(second, 100));
        Assert.Single(log.Lines, line => line.StartsWith("Warning") && line.Contains(redis.Address) && line.Contains("lost"));

        // What was lost with it is lost: everybody begins anew, together.
        await redis.RestartAsync();
        await TestServer.UntilAsync(() =>
        {
            _ = LimitTests.PassingAsync(first, 1).GetAwaiter().GetResult();
            return log.Lines.Any(line => line.StartsWith("Information") && line.Contains(redis.Address));
        });
        var rest = await LimitTests.PassingAsync(first, 100) + await LimitTests.PassingAsync(second, 100);
        Assert.InRange(rest, 30, 40);
    }

    [Fact]
    public async Task Redis_ThatIsNotThere_ServesWithLimits()
    {
        var log = new LogLines();
        var options = new ServerOptions { Limits = new() { RequestsPerMinute = 1, RequestBurst = 5, Redis = "127.0.0.1:1" } };
        await using var server = await TestServer.StartAsync(options: options, loggers: log);

        Assert.Equal(5, await LimitTests.PassingAsync(server, 20));
        Assert.Single(log.Lines, line => line.Contains("127.0.0.1:1"));
    }

    [Fact]
    public async Task Redis_OptionsThatAreNone_AreRefused()
    {
        var options = new ServerOptions { Limits = new() { RequestsPerMinute = 1, Redis = "localhost,abc=def" } };
        var refusal = await Assert.ThrowsAsync<IOException>(() => TestServer.StartAsync(options: options));
        Assert.Contains("--redis", refusal.Message);
    }

    private static ServerOptions Options(RedisServer redis, int requests) =>
        new() { Limits = new LimitOptions { RequestsPerMinute = 1, RequestBurst = requests, Redis = redis.Address } };
}
