using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Vibee.Engine;
using Vibee.Server.Anthropic;
using Vibee.Server.Endpoints;
using Vibee.Server.Generation;
using Vibee.Server.Middleware;
using Vibee.Server.Observability;
using Vibee.Server.OpenApi;
using Vibee.Server.OpenAi;

namespace Vibee.Server;

/// <summary>
/// The HTTP edge. It listens before the model is loaded, and says so; <see cref="ServedModel.Ready(InferenceEngine)"/> opens the API.
/// On SIGTERM, Ctrl-C or <see cref="StopAsync"/> it accepts nothing more, lets the engine finish what runs within
/// <see cref="ServerOptions.DrainTimeout"/>, and stops the engine.
/// </summary>
public sealed class VibeeServer : IAsyncDisposable
{
    /// <summary>The product's version.</summary>
    public static readonly string Version = typeof(VibeeServer).Assembly.GetName().Version!.ToString(3);

    private readonly ServerOptions _options;
    private readonly ServedModel _served;
    private readonly ServerMetrics _metrics = new();
    private readonly WebApplication _app;
    private Task _drained = Task.CompletedTask;

    /// <param name="options">Settings.</param>
    /// <param name="served">What it serves.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="mapMore">Adds endpoints of the caller's.</param>
    /// <exception cref="IOException">The host name stands for no address.</exception>
    public VibeeServer(ServerOptions options, ServedModel served, ILoggerFactory loggers, Action<IEndpointRouteBuilder>? mapMore = null)
    {
        _options = options;
        _served = served;

        // Nothing but Kestrel and routing: every part that is not there costs no time in a request.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout + TimeSpan.FromSeconds(5));
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);

        _app = builder.Build();
        var logger = loggers.CreateLogger<VibeeServer>();
        _app.Use(next => new Edge(next, _metrics, logger).InvokeAsync);
        Map(_app);
        mapMore?.Invoke(_app);
        _app.Lifetime.ApplicationStopping.Register(() => _drained = DrainAsync());
    }

    /// <summary>What the engine behind this server counts with, so that <c>/metrics</c> shows it.</summary>
    public EngineMetrics EngineMetrics => _metrics.Engine;

    internal IServiceProvider Services => _app.Services;

    /// <summary>Where it listens, once it does.</summary>
    public IReadOnlyCollection<string> Addresses =>
        [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The port is taken, or the address is not this machine's; the message says
    /// which.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        try
        {
            await _app.StartAsync(cancellation);
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            throw new IOException($"Cannot listen on {_options.Host}:{_options.Port}: {exception.Message}.", exception);
        }
    }

    /// <summary>Waits for SIGTERM, Ctrl-C or <see cref="StopAsync"/>, and until everything has stopped.</summary>
    public async Task WaitForShutdownAsync(CancellationToken cancellation = default)
    {
        await _app.WaitForShutdownAsync(cancellation);
        await _drained;
    }

    public async Task StopAsync(CancellationToken cancellation = default)
    {
        await _app.StopAsync(cancellation);
        await _drained;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _drained;
        _metrics.Dispose();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // JsonBody does it, with an answer that has a body
        // A slow reader costs no slot, only its own bounded buffer and at most a context's length of tokens: it may take
        // its time. A model can also be slower than any rate one would set.
        kestrel.Limits.MinResponseDataRate = null;
        if (IPAddress.TryParse(_options.Host, out var address))
            kestrel.Listen(address, _options.Port);
        else if (_options.Host == "localhost")
            kestrel.ListenLocalhost(_options.Port);
        else
            kestrel.Listen(Resolve(_options.Host), _options.Port);
    }

    private static IPAddress Resolve(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host)[0];
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or ArgumentException)
        {
            throw new IOException($"Cannot listen on --host {host}: there is no such address.", exception);
        }
    }

    private void Map(WebApplication app)
    {
        var runner = new AnswerRunner(_options, _metrics, app.Lifetime);
        var health = new HealthEndpoint(_served, app.Lifetime);
        var models = new ModelsEndpoint(_served);
        var chat = new ChatEndpoint(_options, _served, runner);
        var completion = new CompletionEndpoint(_options, _served, runner);
        var countChat = new PromptEndpoint(_options, _served, ChatRequest.Read, PromptEndpoint.WriteInputTokens);
        var responses = new ResponsesEndpoint(_options, _served, runner);
        var countResponses = new PromptEndpoint(_options, _served, ResponsesRequest.Read, PromptEndpoint.WriteInputTokens);

        var sender = new EmbeddingSender(_metrics, app.Lifetime);
        var embeddings = new EmbeddingsEndpoint(_options, _served, sender);
        var rerank = new RerankEndpoint(_options, _served, sender);

        foreach (var prefix in (string[])["", "/v1"])
        {
            app.MapRead($"{prefix}/health", health.HandleAsync, "Whether requests would be served now").WithMetadata(Probe.Mark).Answers("Health");
            app.MapRead($"{prefix}/models", models.ListAsync, "The models").Answers("Models");
            app.MapRead($"{prefix}/models/{{**id}}", models.GetAsync, "One model, by its id or an alias").Answers("Model");
            app.MapJson($"{prefix}/chat/completions", chat, "Continues a conversation", Examples.Chat)
                .Answers("ChatCompletion", "ChatCompletionChunk");
            app.MapJson($"{prefix}/chat/completions/input_tokens", countChat, "Counts the tokens of a conversation", Examples.Chat).Answers("InputTokens");
            app.MapJson($"{prefix}/completions", completion, "Continues a text", Examples.Completion)
                .Answers("Completion", "CompletionChunk");
            app.MapJson($"{prefix}/embeddings", embeddings, "Turns texts into vectors", Examples.Embeddings).Answers("Embeddings");
            app.MapJson($"{prefix}/rerank", rerank, "Ranks documents", Examples.Rerank).Answers("Ranking");
            app.MapJson($"{prefix}/reranking", rerank, "Ranks documents", Examples.Rerank).Answers("Ranking");
            app.MapJson($"{prefix}/responses", responses, "Continues a conversation, in the words of the Responses API", Examples.Responses)
                .Answers("Response", "ResponseEvent");
            app.MapJson($"{prefix}/responses/input_tokens", countResponses, "Counts the tokens of a conversation", Examples.Responses)
                .Answers("InputTokens");
        }

        app.MapJson("/v1/messages", new MessagesEndpoint(_options, _served, runner),
            "Continues a conversation, in Anthropic's words", Examples.Messages).Answers("Message", "MessageEvent");
        app.MapJson("/v1/messages/count_tokens",
            new PromptEndpoint(_options, _served, MessagesRequest.ReadToCount, PromptEndpoint.WriteCount),
            "Counts the tokens of a conversation", Examples.Messages).Answers("MessageTokens");

        app.MapJson("/tokenize", new TokenizeEndpoint(_options, _served), "Text to token ids", Examples.Tokenize).Answers("Tokens");
        app.MapJson("/detokenize", new DetokenizeEndpoint(_options, _served), "Token ids to text", Examples.Detokenize).Answers("Content");
        app.MapJson("/apply-template", new PromptEndpoint(_options, _served, ChatRequest.Read, PromptEndpoint.WriteText),
            "What a conversation is as text", Examples.Chat).Answers("Prompt");

        app.MapRead("/metrics", SendMetricsAsync, "Counters for Prometheus").WithMetadata(Probe.Mark);
        var docs = new DocsEndpoint(_served, app.Services.GetRequiredService<EndpointDataSource>());
        app.MapRead("/openapi.json", docs.SendDocumentAsync, "This document");
        app.MapRead("/docs", DocsEndpoint.SendPageAsync, "This document as a page");
    }

    private Task SendMetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(_metrics.Scrape());
    }

    private Task DrainAsync() => _served.Loaded?.StopAsync(_options.DrainTimeout) ?? Task.CompletedTask;
}
