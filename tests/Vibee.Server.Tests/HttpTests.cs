using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Vibee.Server.OpenApi;

namespace Vibee.Server.Tests;

/// <summary>Section A of the contract, and what surrounds the endpoints.</summary>
public class HttpTests
{
    [Fact]
    public async Task A01_WhileLoading_AnswersUntilReady()
    {
        await using var server = await TestServer.StartLoadingAsync();
        server.Model.Progress = 0.25f;

        using var loading = await server.Client.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, loading.StatusCode);
        Assert.Equal(
            """{"error":{"message":"The model is loading; try again in a moment.","type":"server_error","param":null,"code":"model_loading","progress":0.25}}""",
            await loading.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(TimeSpan.FromSeconds(1), loading.Headers.RetryAfter?.Delta);

        using var chat = await server.PostAsync("/v1/chat/completions", TestServer.ChatBody());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, chat.StatusCode);
        Assert.Contains("igla-koshey", await server.GetTextAsync("/v1/models"));

        server.Load(Script.Says("Hi"));
        Assert.Equal("""{"status":"healthy","version":"1.0.0","trinity":true}""", await server.GetTextAsync("/v1/health"));
    }

    [Fact]
    public async Task A06_WrongVerb_Is405WithAllow()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.Client.GetAsync("/v1/chat/completions", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("POST", response.Content.Headers.Allow.Single());
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            """{"error":{"message":"/v1/chat/completions does not answer GET, only POST.","type":"invalid_request_error","param":null,"code":"method_not_supported"}}""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A06_UnknownPath_Is404InJson()
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync("/v1/nope", "{}");

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("unknown_url", (string?)json["error"]!["code"]);
    }

    [Theory]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.OK)]
    [InlineData("application/vnd.api+json", HttpStatusCode.OK)]
    public async Task A07_ContentType_IsJsonOrAbsent(string? type, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(TestServer.ChatBody()));
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        using var response = await server.Client.PostAsync("/v1/chat/completions", content, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
    }

    [Theory]
    [InlineData(64, true, "nested more than 64 deep")]
    [InlineData(63, true, "'messages' is required")]
    [InlineData(64, false, "nested more than 64 deep")]
    [InlineData(63, false, "not valid JSON")]
    public async Task Body_TooDeep_IsToldFromWhatIsNoJson(int depth, bool isWhole, string expected)
    {
        await using var server = await TestServer.StartAsync();
        var body = "{\"a\":" + new string('[', depth) + (isWhole ? new string(']', depth) + "}" : "");
        var (status, json) = await server.PostJsonAsync("/v1/chat/completions", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(expected, (string?)json["error"]!["message"]);
    }

    [Fact]
    public async Task A07_CompressedBody_Is415()
    {
        await using var server = await TestServer.StartAsync();
        using var content = new StringContent(TestServer.ChatBody(), new MediaTypeHeaderValue("application/json"));
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await server.Client.PostAsync("/v1/chat/completions", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A08_BodyOverTheLimit_Is413WithABody(bool chunked)
    {
        await using var server = await TestServer.StartAsync(options: new ServerOptions { MaxRequestBody = 1000 });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(new string(' ', 3000), new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("request_too_large", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var (status, _) = await server.ChatAsync();
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task A10_ImageToATextModel_Is400()
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync("/v1/chat/completions",
            """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("messages[0].content[0].type", (string?)json["error"]!["param"]);
    }

    [Fact]
    public async Task A11_QueueFull_Is429WithRetryAfterAndOthersFinish()
    {
        var blocked = new Gate(Script.Says(TestServer.Capacity with { Slots = 1 }, "Hi"));
        await using var server = await TestServer.StartAsync(blocked, maxQueue: 1);
        var first = server.ChatAsync();
        await TestServer.UntilAsync(() => blocked.IsWaiting);

        // Room for one more: of two the other is refused, at once and in plain HTTP although it asked for a stream.
        var second = server.PostAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true"));
        var third = server.PostAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true"));
        var refused = await Task.WhenAny(second, third);
        using var refusal = await refused;
        Assert.Equal(HttpStatusCode.TooManyRequests, refusal.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refusal.Headers.RetryAfter?.Delta);
        Assert.Equal("application/json", refusal.Content.Headers.ContentType?.ToString());

        blocked.Open();
        Assert.Equal("Hi", (string?)(await first).Json["choices"]![0]!["message"]!["content"]);
        using var queued = await (refused == second ? third : second);
        Assert.Contains("\"content\":\"Hi\"", await queued.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A14_ByteOrderMark_IsTolerated()
    {
        await using var server = await TestServer.StartAsync();
        var (status, _) = await server.PostJsonAsync("/v1/chat/completions", "\uFEFF" + TestServer.ChatBody());
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task A14_ChunkedBodyWithExpect_IsTolerated()
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(TestServer.ChatBody(), new MediaTypeHeaderValue("application/json")) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.ExpectContinue = true;
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A15_DeepNesting_Is400Quickly()
    {
        await using var server = await TestServer.StartAsync();
        var (status, _) = await server.PostJsonAsync("/v1/chat/completions", new string('[', 10 << 20));
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("42")]
    [InlineData("\"x\"")]
    [InlineData("null")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} x")]
    public async Task Post_NotAJsonObject_Is400WithoutParam(string body)
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in (string[])["/v1/chat/completions", "/v1/completions", "/tokenize"])
        {
            var (status, json) = await server.PostJsonAsync(path, body);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal("invalid_request_error", (string?)json["error"]!["type"]);
            Assert.Null(json["error"]!["param"]);
            Assert.Null(json["error"]!["code"]);
        }
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"\ud83d"}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":"\ude00\ud83d"}],"\ud800":1,"chat_template_kwargs":{"\udfff":"\ud800x"}}""")]
    [InlineData("""{"messages":[{"role":"user","content":"\\ud83d \ud83d\ude00"}]}""")]
    public async Task Post_LoneSurrogates_DoNoHarm(string body)
    {
        await using var server = await TestServer.StartAsync();
        var (status, _) = await server.PostJsonAsync("/v1/chat/completions", body);
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Post_MillionsOfFields_Is400Quickly()
    {
        await using var server = await TestServer.StartAsync();
        var fields = string.Concat(Enumerable.Repeat("\"x\":1,", 2_000_000));
        var (status, _) = await server.PostJsonAsync("/v1/chat/completions", $$"""{{{fields}}"messages":[]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/v1/models")]
    [InlineData("/v1/models/igla-7b")]
    [InlineData("/metrics")]
    [InlineData("/openapi.json")]
    [InlineData("/docs")]
    [InlineData("/golden")]
    public async Task Head_WhateverAnswersGet_HasNoBody(string path)
    {
        await using var server = await TestServer.StartLoadingAsync(mapMore: routes => routes.MapRead("/golden", context => context.Response.WriteAsync("φ"), "It"));
        server.Load(Script.Says("Hi"));
        var answer = await server.RawAsync($"HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer);
        Assert.EndsWith("\r\n\r\n", answer);
        Assert.NotEmpty(await server.GetTextAsync(path));
    }

    [Fact]
    public async Task Post_InvalidUtf8_Is400()
    {
        await using var server = await TestServer.StartAsync();
        using var content = new ByteArrayContent([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        using var response = await server.Client.PostAsync("/v1/completions", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Post_DuplicateKeys_LastWins()
    {
        await using var server = await TestServer.StartAsync();
        var (_, json) = await server.ChatAsync("\"max_tokens\":0,\"max_tokens\":1");
        Assert.Equal("Hello", (string?)json["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public async Task RequestId_Sane_IsEchoedElseMade()
    {
        await using var server = await TestServer.StartAsync();
        async Task<string> Ask(string? id)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
            if (id is not null)
                request.Headers.Add("x-request-id", id);
            using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
            return response.Headers.GetValues("x-request-id").Single();
        }

        Assert.Equal("my-id_1", await Ask("my-id_1"));
        Assert.StartsWith("req_", await Ask(null));
        Assert.StartsWith("req_", await Ask(new string('x', 200)));
        Assert.NotEqual(await Ask(null), await Ask(null));
    }

    [Fact]
    public async Task N06_Models_AreListedAndFoundByNameWithSlash()
    {
        await using var server = await TestServer.StartLoadingAsync();
        Assert.Equal(
            """{"object":"list","data":[{"id":"igla-7b","object":"model","created":1767323045,"owned_by":"vibee","aliases":["org/name:q4"]},{"id":"igla-koshey","object":"model","created":1767323045,"owned_by":"vibee","aliases":[]}]}""",
            await server.GetTextAsync("/v1/models"));
        foreach (var path in (string[])["/v1/models/org/name:q4", "/v1/models/org%2Fname%3Aq4", "/models/igla-7b"])
            Assert.Equal("igla-7b", (string?)JsonNode.Parse(await server.GetTextAsync(path))!["id"]);

        using var missing = await server.Client.GetAsync("/v1/models/gpt-4", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        var error = JsonNode.Parse(await missing.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        Assert.Equal("model_not_found", (string?)error["code"]);
        Assert.Equal("model", (string?)error["param"]);
        using var delete = await server.Client.DeleteAsync("/v1/models/igla-7b", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, delete.StatusCode);
    }

    [Fact]
    public async Task StartAsync_PortInUse_SaysSo()
    {
        await using var server = await TestServer.StartAsync();
        await using var second = new VibeeServer(new ServerOptions { Host = "127.0.0.1", Port = server.Port },
            new ServedModel(["x"], [], DateTimeOffset.UnixEpoch), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        var exception = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains(server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), exception.Message);
    }

    [Fact]
    public async Task MapMore_Endpoint_IsServed()
    {
        await using var server = await TestServer.StartLoadingAsync(mapMore: routes =>
            routes.MapRead("/phi", context => context.Response.WriteAsync("golden"), "The golden ratio"));
        Assert.Equal("golden", await server.GetTextAsync("/phi"));
    }
}
