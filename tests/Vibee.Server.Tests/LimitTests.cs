using System.Net;
using System.Text.Json.Nodes;
using Vibee.Server.Middleware.Keys;
using Vibee.Server.Middleware.Limits;

namespace Vibee.Server.Tests;

/// <summary>How much each client may ask for.</summary>
public sealed class LimitTests : IDisposable
{
    private readonly StoppedClock _clock = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vibee-limits-");

    private string KeyPath => Path.Combine(_directory.FullName, "keys.json");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Requests_OfFiftyParallelClients_ExactlyTheLimitPass()
    {
        await using var server = await TestServer.StartAsync(options: Options(new() { RequestsPerMinute = 120 }));
        Assert.Equal(120, await PassingAsync(server, 250));

        _clock.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(20, await PassingAsync(server, 50));
    }

    [Fact]
    public async Task Burst_IsWhatMayComeAtOnce()
    {
        await using var server = await TestServer.StartAsync(options: Options(new() { RequestsPerMinute = 60, RequestBurst = 3 }));
        Assert.Equal(3, await PassingAsync(server, 10));
        _clock.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(3, await PassingAsync(server, 10));
        _clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await PassingAsync(server, 10));
    }

    [Fact]
    public async Task Refusal_SaysWhenToComeBack()
    {
        await using var server = await TestServer.StartAsync(options: Options(new() { RequestsPerMinute = 2 }));
        using var first = await server.PostAsync("/v1/chat/completions", TestServer.ChatBody());
        Assert.Equal("2", Header(first, "x-ratelimit-limit-requests"));
        Assert.Equal("1", Header(first, "x-ratelimit-remaining-requests"));
        Assert.Equal("30s", Header(first, "x-ratelimit-reset-requests"));
        Assert.False(first.Headers.Contains("x-ratelimit-limit-tokens"));

        using var second = await server.PostAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true"));
        Assert.Equal("0", Header(second, "x-ratelimit-remaining-requests"));

        using var third = await server.PostAsync("/v1/chat/completions", "no JSON: not even read");
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(30), third.Headers.RetryAfter?.Delta);
        Assert.Equal("1m0s", Header(third, "x-ratelimit-reset-requests"));
        Assert.Equal(
            """{"error":{"message":"The limit of 2 requests per minute is reached; try again in 30 s.","type":"requests","param":null,"code":"rate_limit_exceeded"}}""",
            await third.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var (status, json) = await server.PostJsonAsync("/v1/messages", "{}");
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal("rate_limit_error", (string?)json["error"]!["type"]);
    }

    [Fact]
    public async Task Health_Metrics_AndPages_AreNotCounted()
    {
        await using var server = await TestServer.StartAsync(options: Options(new() { RequestsPerMinute = 1 }));
        foreach (var path in (string[])["/health", "/metrics", "/docs", "/openapi.json", "/health"])
            Assert.NotEmpty(await server.GetTextAsync(path));
        Assert.Equal(1, await PassingAsync(server, 3));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"stream\":true")]
    public async Task Tokens_AreChargedAsUsed_AndDebtIsPaidByTime(string fields)
    {
        await using var server = await TestServer.StartAsync(Script.Says("Hello", " there"), Options(new() { TokensPerMinute = 60 }));
        var (_, counted) = await server.PostJsonAsync("/v1/chat/completions/input_tokens", TestServer.ChatBody());
        var prompt = (int)counted["input_tokens"]!;
        var used = prompt + 3; // the answer's two and its end

        var left = 60;
        while (left > 0)
        {
            using var answer = await server.PostAsync("/v1/chat/completions", TestServer.ChatBody(fields));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal($"{left}", Header(answer, "x-ratelimit-remaining-tokens"));
            Assert.Equal("60", Header(answer, "x-ratelimit-limit-tokens"));
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            left -= used;
        }

        using var refused = await server.PostAsync("/v1/chat/completions", TestServer.ChatBody());
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("tokens", (string?)JsonNode.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!["type"]);
        Assert.Equal(TimeSpan.FromSeconds(1 - left), refused.Headers.RetryAfter?.Delta);

        _clock.Pass(TimeSpan.FromSeconds(-left));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await server.ChatAsync()).Status);
        _clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync()).Status);
    }

    [Fact]
    public async Task Tokens_OfEmbeddings_AreCharged()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder(), options: Options(new() { TokensPerMinute = 100 }));
        var (_, json) = await server.PostJsonAsync("/v1/embeddings", """{"input":["Hello there","Hi"]}""");
        using var next = await server.Client.GetAsync("/v1/models", TestContext.Current.CancellationToken);
        Assert.Equal($"{100 - (int)json["usage"]!["total_tokens"]!}", Header(next, "x-ratelimit-remaining-tokens"));
    }

    [Fact]
    public async Task Tokens_OfAClientThatLeft_AreCharged()
    {
        var gate = new Gate(Script.Repeats("word "));
        await using var server = await TestServer.StartAsync(gate, Options(new() { TokensPerMinute = 1_000_000 }));
        gate.Permit(5);
        using (var leaving = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions"))
        {
            leaving.Content = new StringContent(TestServer.ChatBody("\"stream\":true"), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
            using var response = await server.Client.SendAsync(leaving, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            await stream.ReadExactlyAsync(new byte[200], TestContext.Current.CancellationToken);
        }

        gate.Open();
        await TestServer.UntilAsync(() =>
        {
            using var response = server.Client.GetAsync("/v1/models").GetAwaiter().GetResult();
            return int.Parse(Header(response, "x-ratelimit-remaining-tokens")) < 1_000_000;
        });
    }

    [Fact]
    public async Task Keys_HaveLimitsOfTheirOwn()
    {
        var (large, small, usual) = (ApiKey.Generate(), ApiKey.Generate(), ApiKey.Generate());
        KeyFile.Change(KeyPath, _ =>
        [
            new ApiKey("large", ApiKey.HashOf(large)) { RequestsPerMinute = 7 },
            new ApiKey("small", ApiKey.HashOf(small)) { RequestsPerMinute = 2 },
            new ApiKey("usual", ApiKey.HashOf(usual)),
        ]);
        await using var server = await TestServer.StartAsync(options: Options(new() { RequestsPerMinute = 4 }) with { Access = new AccessOptions { ApiKeyFile = KeyPath } });

        Assert.Equal(7, await PassingAsync(server, 10, "x-api-key", large));
        Assert.Equal(2, await PassingAsync(server, 10, "x-api-key", small));
        Assert.Equal(4, await PassingAsync(server, 10, "x-api-key", usual));
    }

    [Fact]
    public async Task ForwardedFor_IsBelievedOnlyOfATrustedProxy_AndOnlyItsOwnWord()
    {
        await using var distrusting = await TestServer.StartAsync(options: Options(new() { RequestsPerMinute = 1 }));
        Assert.Equal(1, await PassingAsync(distrusting, 1, "X-Forwarded-For", "10.0.0.1"));
        Assert.Equal(0, await PassingAsync(distrusting, 1, "X-Forwarded-For", "10.0.0.2"));

        await using var trusting = await TestServer.StartAsync(options: Options(new() { RequestsPerMinute = 1 }) with { Connections = new() { TrustProxy = true } });
        Assert.Equal(1, await PassingAsync(trusting, 2, "X-Forwarded-For", "10.0.0.1"));
        Assert.Equal(1, await PassingAsync(trusting, 2, "X-Forwarded-For", "10.0.0.2"));
        Assert.Equal(0, await PassingAsync(trusting, 2, "X-Forwarded-For", "10.0.0.3, 10.0.0.2"));
        Assert.Equal(1, await PassingAsync(trusting, 2, "X-Forwarded-For", "2001:db8:0:1::1"));
        Assert.Equal(0, await PassingAsync(trusting, 2, "X-Forwarded-For", "2001:db8:0:1::ffff"));
    }

    [Fact]
    public async Task Clients_WhoRested_AreForgotten()
    {
        var limits = new LocalLimits(_clock);
        var quota = new Quota(new Rate(60, 60), null);
        for (var i = 0; i < 20_000; i++)
        {
            _clock.Pass(TimeSpan.FromSeconds(1));
            await limits.TakeAsync($"address:{i}", quota);
        }

        Assert.InRange(limits.Count, 1, 2000);
    }

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(0.12, "120ms")]
    [InlineData(6.2, "7s")]
    [InlineData(360, "6m0s")]
    [InlineData(3725, "1h2m5s")]
    public void Show_Durations_AsOpenAiWritesThem(double seconds, string expected) =>
        Assert.Equal(expected, LimitHeaders.Show(TimeSpan.FromSeconds(seconds)));

    private ServerOptions Options(LimitOptions limits) => new() { Limits = limits, Time = _clock };

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    /// <summary>How many of so many requests pass, fifty at a time.</summary>
    internal static async Task<int> PassingAsync(TestServer server, int requests, string header = "x-nothing", string value = "")
    {
        var passed = 0;
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (_, _) =>
        {
            var (status, body, _) = await server.SendAsync(HttpMethod.Get, "/v1/models", header, value);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, body);
            if (status == HttpStatusCode.OK)
                Interlocked.Increment(ref passed);
        });
        return passed;
    }
}
