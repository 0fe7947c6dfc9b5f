using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using System.ClientModel;
using System.ClientModel.Primitives;
using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Engine.Runners;
using Vibee.Server;
using Vibee.Server.Middleware.Keys;
using Vibee.Server.Tests;

namespace Vibee.Clients.Tests;

/// <summary>A server on a loopback port of its own, with the real engine, for an SDK to talk to.</summary>
internal sealed class SdkServer : IAsyncDisposable
{
    public const string Model = "igla-7b";

    /// <summary>What the mock says.</summary>
    public const string Sentence = "Hello! I am iGLA assistant.";

    private readonly VibeeServer _server;
    private readonly HttpClient _http;

    private SdkServer(VibeeServer server)
    {
        _server = server;
        _http = new HttpClient { BaseAddress = new Uri(server.Addresses.Single()) };
    }

    /// <summary>What an SDK takes as its base URL.</summary>
    public Uri Api => new(_http.BaseAddress!, "v1");

    /// <summary>An API that refuses everything with 429.</summary>
    public Uri LimitedApi => new(_http.BaseAddress!, "limited/v1");

    public EngineMetrics Metrics => _server.EngineMetrics;

    /// <summary>A server with <paramref name="runner"/>, or with the mock.</summary>
    public static Task<SdkServer> StartAsync(IModelRunner? runner = null, int maxQueue = 64) => StartAsync((model, server) => model.Ready(new InferenceEngine(
        runner ?? MockRunner.Create(new RunnerCapacity(Slots: 4, BatchTokens: 64, ContextLength: 512, KvCells: 2048)),
        new EngineOptions { MaxQueue = maxQueue }, server.EngineMetrics, NullLogger<InferenceEngine>.Instance)));

    /// <summary>A server with an embedding model.</summary>
    public static Task<SdkServer> StartAsync(IEmbeddingRunner runner) => StartAsync((model, server) => model.Ready(
        new EmbeddingEngine(runner, new EngineOptions(), server.EngineMetrics, NullLogger<EmbeddingEngine>.Instance)));

    /// <summary>A server that is silent until <c>/open</c> is asked for, but for its pings.</summary>
    public static Task<SdkServer> StartSilentAsync()
    {
        var gate = new Gate(MockRunner.Create(new RunnerCapacity(Slots: 4, BatchTokens: 64, ContextLength: 512, KvCells: 2048)));
        return StartAsync(
            (model, server) => model.Ready(new InferenceEngine(gate, new EngineOptions(), server.EngineMetrics, NullLogger<InferenceEngine>.Instance)),
            new ServerOptions { PingInterval = TimeSpan.FromMilliseconds(5) },
            routes => routes.MapGet("/open", gate.Open));
    }

    /// <summary>A server that wants a key.</summary>
    public static async Task<(SdkServer Server, string Key)> StartWithKeyAsync()
    {
        const string Key = "sk-right";
        var server = await StartAsync(
            (model, server) => model.Ready(new InferenceEngine(
                MockRunner.Create(new RunnerCapacity(Slots: 4, BatchTokens: 64, ContextLength: 512, KvCells: 2048)),
                new EngineOptions(), server.EngineMetrics, NullLogger<InferenceEngine>.Instance)),
            new ServerOptions { Access = new AccessOptions { ApiKeys = [Key] } });
        return (server, Key);
    }

    private static async Task<SdkServer> StartAsync(
        Action<ServedModel, VibeeServer> load, ServerOptions? options = null, Action<IEndpointRouteBuilder>? mapMore = null)
    {
        var model = new ServedModel([Model, "igla-koshey"], [], new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var server = new VibeeServer((options ?? new ServerOptions()) with { Host = "127.0.0.1", Port = 0 }, model, NullLoggerFactory.Instance, mapMore ?? MapLimited);
        await server.StartAsync();
        load(model, server);
        return new SdkServer(server);
    }

    public ChatClient ChatClient(string model = Model, Uri? api = null, int retries = 3, string key = "none") => new(model, new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = api ?? Api, RetryPolicy = new ClientRetryPolicy(retries) });

    public EmbeddingClient EmbeddingClient() => new(Model, new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = Api });

    /// <summary>How many requests the server has counted.</summary>
    public async Task<int> RequestsAsync()
    {
        const string Name = "igla_requests_total ";
        var lines = (await _http.GetStringAsync("metrics", TestContext.Current.CancellationToken)).Split('\n');
        return int.Parse(lines.Single(line => line.StartsWith(Name, StringComparison.Ordinal))[Name.Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits for something that happens soon on another thread.</summary>
    public static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    /// <inheritdoc cref="UntilAsync(Func{bool})"/>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = Environment.TickCount64 + 20_000;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "It did not happen within 20 s.");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    // A rate limit as SDKs know it; they read when to try again from the header, and 0 keeps the tests fast.
    private static void MapLimited(IEndpointRouteBuilder routes) => routes.MapPost("/limited/v1/{**path}", context =>
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = "0";
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            """{"error":{"message":"Slow down.","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}""");
    });
}
