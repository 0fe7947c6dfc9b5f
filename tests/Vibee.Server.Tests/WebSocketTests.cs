using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Vibee.Server.Tests;

/// <summary>Requests in WebSockets are answered as those of HTTP are, many at a time on each.</summary>
public class WebSocketTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}],\"temperature\":0,\"n\":2")]
    [InlineData("/v1/completions", "\"prompt\":\"Hello\",\"temperature\":0,\"max_tokens\":4,\"stream_options\":{\"include_usage\":true}")]
    public async Task Stream_Chunks_EqualThoseOfServerSentEvents(string path, string fields)
    {
        await using var server = await TestServer.StartAsync();
        await server.PostTextAsync(path, $"{{{fields},\"stream\":true}}"); // so that both find the prompt in the cache
        var events = Sse.Chunks(await server.PostTextAsync(path, $"{{{fields},\"stream\":true}}"));
        await using var socket = await SocketClient.OpenAsync(server, path);
        await socket.SendAsync($"{{\"id\":\"a\",{fields}}}");
        var messages = await socket.ReceiveAllAsync("a");

        Assert.Equal(Comparable(events), Comparable(SocketClient.Chunks(messages, "a")));
        Assert.All(messages.SkipLast(1), message => Assert.Equal(["id", "chunk"], message.AsObject().Select(field => field.Key)));
        Assert.Equal(["id", "finish_reason", "usage"], messages[^1].AsObject().Select(field => field.Key));
        Assert.True((int)messages[^1]["usage"]!["completion_tokens"]! > 0);

        // Choices side by side take turns as it happens, and ids and times are their own.
        static IEnumerable<string> Comparable(IEnumerable<JsonNode> chunks) => chunks.Select(chunk =>
        {
            var copy = chunk.DeepClone();
            copy["id"] = "";
            copy["created"] = 0;
            return copy.ToJsonString();
        }).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Streams_TwoHundredOnTenSocketsHalfCancelled_AllEndAsTheyShould()
    {
        const int Sockets = 10, Streams = 20;
        await using var server = await TestServer.StartAsync(
            Script.Repeats("x", TestServer.Capacity with { ContextLength = 1 << 16, KvCells = 1 << 18 }), maxQueue: 256);
        await Task.WhenAll(Enumerable.Range(0, Sockets).Select(async _ =>
        {
            await using var socket = await SocketClient.OpenAsync(server);
            for (var i = 0; i < Streams; i++)
                await socket.AskAsync($"s{i}", i % 2 == 0 ? "\"max_tokens\":20" : "");
            for (var i = 1; i < Streams; i += 2)
                await socket.SendAsync($$"""{"cancel":"s{{i}}"}""");

            var ends = new Dictionary<string, JsonNode>();
            var texts = new Dictionary<string, string>();
            while (ends.Count < Streams)
            {
                var message = (await socket.ReceiveAsync())!;
                var id = (string)message["id"]!;
                Assert.DoesNotContain(id, ends.Keys); // nothing after the last
                if (SocketClient.IsLast(message))
                    ends.Add(id, message);
                else
                    texts[id] = texts.GetValueOrDefault(id) + (string?)message["chunk"]!["choices"]![0]!["delta"]!["content"];
            }

            for (var i = 0; i < Streams; i++)
            {
                Assert.Equal(i % 2 == 0 ? "length" : "cancelled", (string?)ends[$"s{i}"]["finish_reason"]);
                if (i % 2 == 0)
                    Assert.Equal(new string('x', 20), texts[$"s{i}"]);
            }
        }));
        await TestServer.UntilAsync(() => server.Metrics is { SlotsInUse: 0, QueueLength: 0 });
        Assert.Equal($"{Sockets * (Streams + 1)}", (await server.ScrapeAsync())["igla_requests_total"]); // each opens with one
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"n\":2")]
    public async Task Cancel_InMidStream_EndsItWithItsUsage(string fields)
    {
        await using var server = await TestServer.StartAsync(Script.Repeats("x", TestServer.Capacity with { ContextLength = 1 << 20, KvCells = 1 << 20 }));
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("a", fields);
        await socket.ReceiveAsync();
        await socket.SendAsync("""{"cancel":"a"}""");
        var last = (await socket.ReceiveAllAsync("a"))[^1];
        Assert.Equal("cancelled", (string?)last["finish_reason"]);
        Assert.True((int)last["usage"]!["prompt_tokens"]! > 0);
        await TestServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);

        await socket.SendAsync("""{"cancel":"a"}"""); // ended, and never asked for: no answer
        await socket.SendAsync("""{"cancel":"b"}""");
        await socket.AskAsync("c", "\"max_tokens\":1");
        Assert.All(await socket.ReceiveAllAsync("c"), message => Assert.Equal("c", (string?)message["id"]));
    }

    [Fact]
    public async Task Request_DuplicateId_IsRefusedAndTheFirstGoesOn()
    {
        var gate = new Gate(Script.Says("a", "b"));
        await using var server = await TestServer.StartAsync(gate);
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("one");
        await TestServer.UntilAsync(() => gate.IsWaiting);
        await socket.AskAsync("one");
        var refusal = (await socket.ReceiveAllAsync("one"))[^1];
        Assert.Equal("duplicate_id", (string?)refusal["error"]!["code"]);

        gate.Open();
        Assert.Equal("ab", Sse.Content(SocketClient.Chunks(await socket.ReceiveAllAsync("one"), "one")));
        await socket.AskAsync("one"); // free again
        Assert.Equal("ab", Sse.Content(SocketClient.Chunks(await socket.ReceiveAllAsync("one"), "one")));
    }

    [Theory]
    [InlineData("{", null, null)]
    [InlineData("[]", null, null)]
    [InlineData("", null, null)]
    [InlineData("{} {}", null, null)]
    [InlineData("{\"messages\":[]}", null, "id")]
    [InlineData("{\"id\":7}", null, "id")]
    [InlineData("{\"id\":\"\"}", null, "id")]
    [InlineData("{\"id\":\"\\ud800\"}", null, null)]
    [InlineData("{\"cancel\":7}", null, "cancel")]
    [InlineData("{\"id\":\"a\",\"messages\":", "a", null)]
    [InlineData("{\"id\":\"a\"}", "a", "messages")]
    [InlineData("{\"id\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":9}", "a", "temperature")]
    [InlineData("{\"id\":\"\\u0022\",\"n\":1}", "\"", "messages")]
    public async Task Message_Wrong_IsAnErrorAndTheSocketGoesOn(string message, string? id, string? param)
    {
        await using var server = await TestServer.StartAsync();
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.SendAsync(message);
        var answer = (await socket.ReceiveAsync())!;
        Assert.Equal(["id", "status", "error"], answer.AsObject().Select(field => field.Key));
        Assert.Equal(id, (string?)answer["id"]);
        Assert.Equal(400, (int)answer["status"]!);
        Assert.Equal(param, (string?)answer["error"]!["param"]);

        await socket.AskAsync("next");
        Assert.Equal("stop", (string?)(await socket.ReceiveAllAsync("next"))[^1]["finish_reason"]);
    }

    [Fact]
    public async Task Request_UnknownModelAndFullQueue_HaveTheStatusOfHttp()
    {
        var gate = new Gate(Script.Says("a"));
        await using var server = await TestServer.StartAsync(gate, maxQueue: 0);
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("m", "\"model\":\"none\"");
        Assert.Equal(404, (int)(await socket.ReceiveAsync())!["status"]!);
        await socket.AskAsync("n", "\"n\":5");
        var refusal = (await socket.ReceiveAsync())!;
        Assert.Equal(429, (int)refusal["status"]!);
        Assert.True((int)refusal["retry_after"]! >= 1);
        gate.Open();
    }

    [Fact]
    public async Task Request_NotStreamed_IsAnsweredInOneMessage()
    {
        await using var server = await TestServer.StartAsync(Script.Says("Hi"));
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("a", "\"stream\":false");
        var messages = await socket.ReceiveAllAsync("a");
        Assert.Equal("Hi", (string?)messages[0]["answer"]!["choices"]![0]!["message"]!["content"]);
        Assert.Equal("stop", (string?)messages[1]["finish_reason"]);
        Assert.Equal(2, messages.Count);
    }

    [Fact]
    public async Task EngineBreaks_InMidStream_EndsWithAnError()
    {
        await using var server = await TestServer.StartAsync(new Breaking(Script.Repeats("x"), after: 3));
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("a");
        var messages = await socket.ReceiveAllAsync("a");
        Assert.True(messages.Count > 1);
        Assert.Equal("server_error", (string?)messages[^1]["error"]!["type"]);
        Assert.Equal(500, (int)messages[^1]["status"]!);
    }

    [Fact]
    public async Task Close_WithRequestsRunning_CancelsThem()
    {
        await using var server = await TestServer.StartAsync(Script.Repeats("x", TestServer.Capacity with { ContextLength = 1 << 20, KvCells = 1 << 20 }));
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("a");
        await socket.ReceiveAsync();
        await socket.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", Cancellation);
        while (await socket.ReceiveAsync() is not null)
        {
        }

        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.Socket.CloseStatus);
        await TestServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
    }

    [Fact]
    public async Task Client_GoesWithoutAWord_FreesItsSlots()
    {
        await using var server = await TestServer.StartAsync(Script.Repeats("x", TestServer.Capacity with { ContextLength = 1 << 20, KvCells = 1 << 20 }));
        var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("a");
        await socket.ReceiveAsync();
        socket.Socket.Abort();
        await TestServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
    }

    [Fact]
    public async Task SlowReader_HoldsUpNobodyElse()
    {
        await using var server = await TestServer.StartAsync(Script.Repeats("x", TestServer.Capacity with { ContextLength = 1 << 16, KvCells = 1 << 18 }));
        await using var slow = await SocketClient.OpenAsync(server);
        await slow.AskAsync("never read");
        await slow.AskAsync("nor this");

        await using var socket = await SocketClient.OpenAsync(server);
        for (var i = 0; i < 10; i++)
        {
            await socket.AskAsync("a", "\"max_tokens\":5");
            Assert.Equal("length", (string?)(await socket.ReceiveAllAsync("a"))[^1]["finish_reason"]);
            var (status, _) = await server.ChatAsync("\"max_tokens\":5");
            Assert.Equal(HttpStatusCode.OK, status);
        }

        // What it missed is still there for it, in order.
        var first = await slow.ReceiveAsync();
        Assert.NotNull(first!["chunk"]);
    }

    [Fact]
    public async Task SilentClient_ThatAnswersNoPing_IsGivenUp()
    {
        await using var server = await TestServer.StartAsync(null, new ServerOptions { PingInterval = TimeSpan.FromMilliseconds(20), PongTimeout = TimeSpan.FromMilliseconds(20) });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "GET /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), Cancellation);
        var buffer = new byte[1 << 16];
        Assert.StartsWith("HTTP/1.1 101", Encoding.Latin1.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, Cancellation)));
        try
        {
            while (await client.GetStream().ReadAsync(buffer, Cancellation) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Cut off, not closed.
        }

        await TestServer.UntilAsync(() => server.ScrapeAsync().GetAwaiter().GetResult()["igla_websockets"] == "0");
    }

    [Fact]
    public async Task Message_TooLarge_ClosesTheSocket()
    {
        await using var server = await TestServer.StartAsync(null, new ServerOptions { MaxRequestBody = 1000 });
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("a", $"\"user\":\"{new string('x', 5000)}\"");
        Assert.Null(await socket.ReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, socket.Socket.CloseStatus);
    }

    [Fact]
    public async Task Shutdown_LetsARequestFinishAndSaysGoodbye()
    {
        var gate = new Gate(Script.Says("a", "b"));
        await using var server = await TestServer.StartAsync(gate);
        await using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync("a");
        await TestServer.UntilAsync(() => gate.IsWaiting);

        var stopping = server.Server.StopAsync(Cancellation);
        gate.Open();
        Assert.Equal("ab", Sse.Content(SocketClient.Chunks(await socket.ReceiveAllAsync("a"), "a")));
        Assert.Null(await socket.ReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.Socket.CloseStatus);
        await socket.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", Cancellation);
        await stopping;
    }

    [Fact]
    public async Task Get_WithoutUpgrade_IsNotAllowed()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.Client.GetAsync("/v1/chat/completions", Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("http://127.0.0.1:PORT", true)]
    public async Task Open_FromAPage_OnlyFromItsOwnOrigin(string origin, bool opens)
    {
        await using var server = await TestServer.StartAsync();
        var opening = SocketClient.OpenAsync(server, configure: options => options.SetRequestHeader("Origin", origin.Replace("PORT", $"{server.Port}")));
        if (opens)
            await (await opening).DisposeAsync();
        else
            await Assert.ThrowsAsync<WebSocketException>(() => opening);
    }
}
