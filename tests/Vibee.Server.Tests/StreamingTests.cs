using System.Net;
using System.Text;

namespace Vibee.Server.Tests;

/// <summary>Section C of the contract.</summary>
public class StreamingTests
{
    [Fact]
    public async Task C01_RawBytes_AreWhatParsersWant()
    {
        await using var server = await TestServer.StartAsync(Script.Says("Hi"));
        var body = TestServer.ChatBody("\"stream\":true");
        var raw = await server.RawAsync(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nx-request-id: r1\r\nAccept-Encoding: gzip, br\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");

        var border = raw.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var headers = raw[..border].Split("\r\n").Where(line => !line.StartsWith("Date:", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "Cache-Control: no-cache", "Connection: close", "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
                "Content-Type: text/event-stream", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "X-Accel-Buffering: no",
                "X-Content-Type-Options: nosniff", "referrer-policy: no-referrer", "x-request-id: r1",
            ],
            headers);

        var content = Dechunk(raw[(border + 4)..]);
        Assert.Equal(4, Sse.Chunks(content).Count + 1);
        Assert.DoesNotContain("event:", content);
        Assert.DoesNotContain("id:", content.Replace("\"id\":", ""));
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task C02_C04_RoleAndFinish_ComeOncePerChoiceAndInOrder()
    {
        await using var server = await TestServer.StartAsync();
        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true,\"n\":6")));

        Assert.Equal([0, 1, 2, 3, 4, 5], chunks.Take(6).Select(chunk => (int)chunk["choices"]![0]!["index"]!));
        Assert.All(chunks.Take(6), chunk => Assert.Equal("assistant", (string?)chunk["choices"]![0]!["delta"]!["role"]));
        Assert.All(chunks, chunk => Assert.Single(chunk["choices"]!.AsArray()));
        Assert.All(chunks, chunk => Assert.False(chunk.AsObject().ContainsKey("usage")));
        Assert.Single(chunks.Select(chunk => $"{chunk["id"]} {chunk["created"]} {chunk["model"]} {chunk["system_fingerprint"]}").Distinct());
        for (var index = 0; index < 6; index++)
        {
            var choices = Sse.Choices(chunks, index).ToList();
            Assert.Single(choices, choice => choice["delta"]!["role"] is not null);
            Assert.Single(choices, choice => choice["finish_reason"] is not null);
            Assert.Equal("stop", (string?)choices[^1]["finish_reason"]);
            Assert.Equal("{}", choices[^1]["delta"]!.ToJsonString());
            Assert.Equal("Hello! I am iGLA assistant.", Sse.Content(chunks, index));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"n\":3")]
    [InlineData(",\"max_tokens\":4")]
    [InlineData(",\"stop\":\"GLA\"")]
    public async Task C07_Stream_EqualsTheWholeAnswer(string fields)
    {
        await using var server = await TestServer.StartAsync();
        await server.ChatAsync($"\"temperature\":0{fields}"); // so that both that follow find the prompt in the cache
        var (_, whole) = await server.ChatAsync($"\"temperature\":0{fields}");
        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/chat/completions",
            TestServer.ChatBody($"\"temperature\":0,\"stream\":true,\"stream_options\":{{\"include_usage\":true}}{fields}")));

        foreach (var choice in whole["choices"]!.AsArray())
        {
            var index = (int)choice!["index"]!;
            Assert.Equal((string?)choice["message"]!["content"], Sse.Content(chunks, index));
            Assert.Equal((string?)choice["finish_reason"], (string?)Sse.Choices(chunks, index).Last()["finish_reason"]);
        }

        Assert.Equal("[]", chunks[^1]["choices"]!.ToJsonString());
        Assert.Equal(whole["usage"]!.ToJsonString(), chunks[^1]["usage"]!.ToJsonString());
        Assert.All(chunks.SkipLast(1), chunk => Assert.True(chunk.AsObject().TryGetPropertyValue("usage", out var usage) && usage is null));
    }

    [Fact]
    public async Task C10_LongSilence_IsFilledWithComments()
    {
        var gate = new Gate(Script.Says("Hi"));
        await using var server = await TestServer.StartAsync(gate, new ServerOptions { PingInterval = TimeSpan.FromMilliseconds(5) });
        var body = TestServer.ChatBody("\"stream\":true");
        var request = $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";

        Assert.Contains(":\n\n", await server.RawAsync(request, end: "\n:\n\n"));
        gate.Open();
        var stream = await server.PostTextAsync("/v1/chat/completions", body);
        Assert.Equal("Hi", Sse.Content(Sse.Chunks(stream)));
    }

    [Fact]
    public async Task C12_ClientLeavesAStream_FreesTheSlot()
    {
        await using var server = await TestServer.StartAsync(Script.Repeats("x", TestServer.Capacity with { Slots = 1, ContextLength = 1 << 20, KvCells = 1 << 20 }));
        var body = TestServer.ChatBody("\"stream\":true");
        var request = $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        Assert.Contains("\"content\":\"x\"", await server.RawAsync(request, end: "\"content\":\"x\""));

        await TestServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
        var (_, json) = await server.ChatAsync("\"max_tokens\":3");
        Assert.Equal("xxx", (string?)json["choices"]![0]!["message"]!["content"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"n\":5")]
    public async Task C12_ClientLeavesBeforeTheAnswer_FreesSlotsAndQueue(string fields)
    {
        var gate = new Gate(Script.Repeats("x"));
        await using var server = await TestServer.StartAsync(gate);
        using var leaving = new CancellationTokenSource();
        using var content = new StringContent(TestServer.ChatBody(fields), Encoding.UTF8, "application/json");
        var request = server.Client.PostAsync("/v1/chat/completions", content, leaving.Token);
        await TestServer.UntilAsync(() => gate.IsWaiting);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        gate.Open();
        await TestServer.UntilAsync(() => server.Metrics is { SlotsInUse: 0, QueueLength: 0 });
    }

    [Fact]
    public async Task C14_Tokens_ArriveWhenTheyAreMade()
    {
        string[] tokens = [.. Enumerable.Range(0, 30).Select(i => $"w{i} ")];
        var gate = new Gate(Script.Says(tokens));
        await using var server = await TestServer.StartAsync(gate);
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(TestServer.ChatBody("\"stream\":true"), Encoding.UTF8, "application/json"),
            Headers = { { "Accept-Encoding", "gzip, br" } },
        };
        using var response = await server.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        async Task<string?> NextAsync()
        {
            var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            return line;
        }

        Assert.Contains("\"role\"", await NextAsync());
        Assert.Empty(response.Content.Headers.ContentEncoding);
        foreach (var token in tokens)
        {
            gate.Permit(1); // one evaluation, and its token is here before the next is allowed
            Assert.Contains($"\"content\":\"{token}\"", await NextAsync());
        }

        gate.Open();
    }

    [Fact]
    public async Task C16_SlowReader_DoesNotStallOthers()
    {
        await using var server = await TestServer.StartAsync(Script.Repeats("x", TestServer.Capacity with { ContextLength = 1 << 16, KvCells = 1 << 18 }));
        var body = TestServer.ChatBody("\"stream\":true");
        using var client = new System.Net.Sockets.TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(IPAddress.Loopback, server.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            Encoding.UTF8.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body}"), TestContext.Current.CancellationToken);

        for (var i = 0; i < 10; i++)
        {
            var (status, _) = await server.ChatAsync("\"max_tokens\":5");
            Assert.Equal(HttpStatusCode.OK, status);
        }
    }

    [Fact]
    public async Task EngineBreaks_InMidStream_IsOneErrorFrameAndNoDone()
    {
        var breaking = new Breaking(Script.Repeats("x"), after: 3);
        await using var server = await TestServer.StartAsync(breaking);
        var stream = await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true"));

        Assert.DoesNotContain("[DONE]", stream);
        var frames = Sse.Frames(stream);
        Assert.Equal("server_error", (string?)frames[^1]["error"]!["type"]);
        Assert.All(frames.SkipLast(1), frame => Assert.Null(frame["choices"]![0]!["finish_reason"]));
        Assert.Equal(["message", "type", "param", "code"], frames[^1]["error"]!.AsObject().Select(field => field.Key));

        var (status, json) = await server.ChatAsync();
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Equal("server_error", (string?)json["error"]!["type"]);
        using var health = await server.Client.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
    }

    [Fact]
    public async Task N08_Shutdown_LetsAStreamFinish()
    {
        var gate = new Gate(Script.Says("a", "b"));
        await using var server = await TestServer.StartAsync(gate);
        var stream = server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true"));
        await TestServer.UntilAsync(() => gate.IsWaiting);

        var stopping = server.Server.StopAsync(TestContext.Current.CancellationToken);
        gate.Open();
        Assert.Equal("ab", Sse.Content(Sse.Chunks(await stream)));
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => server.GetTextAsync("/health"));
    }

    [Fact]
    public async Task N08_Shutdown_EndsWhatTakesTooLongWithAnErrorFrame()
    {
        await using var server = await TestServer.StartAsync(
            Script.Repeats("x", TestServer.Capacity with { ContextLength = 1 << 22, KvCells = 1 << 22 }), new ServerOptions { DrainTimeout = TimeSpan.FromMilliseconds(20) });
        var stream = server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true"));
        var whole = server.ChatAsync();
        await TestServer.UntilAsync(() => server.Metrics.SlotsInUse == 2);

        await server.Server.StopAsync(TestContext.Current.CancellationToken);
        var frames = Sse.Frames(await stream);
        Assert.Equal("shutting_down", (string?)frames[^1]["error"]!["code"]);
        var (status, json) = await whole;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("shutting_down", (string?)json["error"]!["code"]);
    }

    private static string Dechunk(string body)
    {
        var text = new StringBuilder();
        while (true)
        {
            var line = body.IndexOf("\r\n", StringComparison.Ordinal);
            var length = int.Parse(body[..line], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
            if (length == 0)
                return text.ToString();
            text.Append(body, line + 2, length);
            body = body[(line + 2 + length + 2)..];
        }
    }
}
