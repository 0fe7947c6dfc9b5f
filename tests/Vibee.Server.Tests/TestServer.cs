using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Engine.Runners;
using Vibee.Engine.Speculation;
using Vibee.Engine.Tests;

namespace Vibee.Server.Tests;

/// <summary>A server on a port of its own with the real engine behind it, and a client that speaks to it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public static readonly RunnerCapacity Capacity = new(Slots: 4, BatchTokens: 64, ContextLength: 512, KvCells: 2048);

    private static readonly DateTimeOffset Created = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly VibeeServer _server;

    private TestServer(VibeeServer server, ServedModel model)
    {
        _server = server;
        Model = model;
        Client = new HttpClient { BaseAddress = new Uri(server.Addresses.Single()) };
    }

    public HttpClient Client { get; }

    public ServedModel Model { get; }

    public VibeeServer Server => _server;

    public EngineMetrics Metrics => _server.EngineMetrics;

    public int Port => Client.BaseAddress!.Port;

    /// <summary>A server with <paramref name="runner"/>, or with the mock.</summary>
    public static async Task<TestServer> StartAsync(IModelRunner? runner = null, ServerOptions? options = null, int maxQueue = 64, ILoggerFactory? loggers = null, SpeculationKind speculation = SpeculationKind.None)
    {
        var test = await StartLoadingAsync(loggers: loggers, options: options ?? (runner is null ? DefaultRunner.Options : null));
        test.Load(runner ?? DefaultRunner.Create(Capacity), maxQueue, speculation);
        return test;
    }

    /// <summary>A server whose model is not there yet.</summary>
    public static async Task<TestServer> StartLoadingAsync(ServerOptions? options = null, Action<IEndpointRouteBuilder>? mapMore = null, ILoggerFactory? loggers = null)
    {
        var model = new ServedModel(["igla-7b", "igla-koshey"], ["org/name:q4"], Created);
        var server = new VibeeServer((options ?? new ServerOptions()) with { Host = "127.0.0.1", Port = 0 }, model,
            loggers ?? NullLoggerFactory.Instance, mapMore);
        await server.StartAsync();
        return new TestServer(server, model);
    }

    public void Load(IModelRunner runner, int maxQueue = 64, SpeculationKind speculation = SpeculationKind.None) => Model.Ready(
        new InferenceEngine(runner, new EngineOptions { MaxQueue = maxQueue, Speculation = speculation, Clock = speculation == SpeculationKind.None ? TimeProvider.System : new TickingClock() }, _server.EngineMetrics, NullLogger<InferenceEngine>.Instance));

    /// <summary>A server with an embedding model.</summary>
    public static async Task<TestServer> StartAsync(IEmbeddingRunner embedder, int maxQueue = 64, ServerOptions? options = null)
    {
        var test = await StartLoadingAsync(options);
        test.Model.Ready(new EmbeddingEngine(
            embedder, new EngineOptions { MaxQueue = maxQueue }, test._server.EngineMetrics, NullLogger<EmbeddingEngine>.Instance));
        return test;
    }

    public Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Client.PostAsync(path, new StringContent(json, new MediaTypeHeaderValue("application/json")));

    public async Task<(HttpStatusCode Status, JsonNode Json)> PostJsonAsync(string path, string json)
    {
        using var response = await PostAsync(path, json);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>Sends a request with one header more.</summary>
    public async Task<(HttpStatusCode Status, string Body, HttpResponseHeaders Headers)> SendAsync(
        HttpMethod method, string path, string header, string value, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation(header, value);
        if (json is not null)
            request.Content = new StringContent(json, new MediaTypeHeaderValue("application/json"));
        using var response = await Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
    }

    public async Task<string> PostTextAsync(string path, string json)
    {
        using var response = await PostAsync(path, json);
        return await response.Content.ReadAsStringAsync();
    }

    public Task<string> GetTextAsync(string path) => Client.GetStringAsync(path);

    /// <summary>Posts to chat one user message with more fields after it.</summary>
    public Task<(HttpStatusCode Status, JsonNode Json)> ChatAsync(string fields = "") =>
        PostJsonAsync("/v1/chat/completions", ChatBody(fields));

    public static string ChatBody(string fields = "") =>
        $$"""{"messages":[{"role":"user","content":"Hello!"}]{{(fields.Length > 0 ? "," : "")}}{{fields}}}""";

    /// <summary>The samples of <c>/metrics</c> by name.</summary>
    public async Task<Dictionary<string, string>> ScrapeAsync()
    {
        var text = await Client.GetStringAsync("/metrics");
        return text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }

    /// <summary>Waits for something that happens soon on another thread.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = Environment.TickCount64 + 10_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "It did not happen within 10 s.");
            await Task.Delay(1);
        }
    }

    /// <summary>Sends raw bytes and reads until the server closes or <paramref name="end"/> arrives.</summary>
    public async Task<string> RawAsync(string request, string? end = null)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
        {
            answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
            if (end is not null && answer.ToString().Contains(end, StringComparison.Ordinal))
                break;
        }

        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }
}
