using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Vibee.Engine;
using Vibee.Server.Anthropic;
using Vibee.Server.Endpoints;
using Vibee.Server.Generation;
using Vibee.Server.Middleware;
using Vibee.Server.Middleware.Connections;
using Vibee.Server.Middleware.Keys;
using Vibee.Server.Middleware.Limits;
using Vibee.Server.Observability;
using Vibee.Server.OpenApi;
using Vibee.Server.OpenAi;
using Vibee.Server.WebSockets;

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

    // HTTP/2 opens WebSockets with CONNECT.
    private static readonly string[] SocketMethods = [HttpMethods.Get, HttpMethods.Connect];

    private readonly ServerOptions _options;
    private readonly ServedModel _served;
    private readonly Telemetry _telemetry;
    private readonly ServerMetrics _metrics;
    private readonly WebApplication _app;
    private readonly Listening _listening;
    private readonly RedisLimits? _redis;
    private Task _drained = Task.CompletedTask;

    /// <param name="options">Settings.</param>
    /// <param name="served">What it serves.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="mapMore">Adds endpoints of the caller's.</param>
    /// <exception cref="IOException">The host name stands for no address, or a file of keys, secrets or certificates cannot
    /// be used.</exception>
    public VibeeServer(ServerOptions options, ServedModel served, ILoggerFactory loggers, Action<IEndpointRouteBuilder>? mapMore = null)
    {
        _options = options;
        _served = served;

        var logger = loggers.CreateLogger<VibeeServer>();
        _listening = new Listening(options, logger);
        var local = new LocalLimits(options.Time);
        _redis = options.Limits.Redis is { } redis ? new RedisLimits(redis, local, logger) : null;

        // Nothing but Kestrel, routing and what is asked for: every part that is not there costs no time in a request.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(_listening.Configure);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        if (options.Access.IsClosed)
            builder.Services.AddAccess(options.Access, options.Time, logger);
        if (options.CorsOrigins.Count > 0)
            builder.Services.AddCors(cors => cors.AddDefaultPolicy(Cors.Policy(options.CorsOrigins)));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout + TimeSpan.FromSeconds(5));
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);

        _app = builder.Build();
        var health = new HealthEndpoint(served, _app.Lifetime);
        _telemetry = new Telemetry(options.Otlp);
        _metrics = new ServerMetrics(_telemetry, () => health.FindObstacle() is null);
        var sockets = new SocketEndpoint(options, _metrics, _app.Services.GetRequiredService<EndpointDataSource>(), _app.Services);
        if (options.Connections.TrustProxy)
            _app.UseForwardedHeaders(Proxy.Headers());
        _app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = options.PingInterval, KeepAliveTimeout = options.PongTimeout });
        // What follows is the way of every request, those of WebSockets included.
        _app.Use(next => sockets.Pipeline = new RequestObserver(next, _metrics, _telemetry, loggers.CreateLogger("Vibee.Requests")).InvokeAsync);
        _app.Use(next => new Edge(next, logger).InvokeAsync);
        if (options.CorsOrigins.Count > 0)
            _app.UseCors();
        if (options.Access.IsClosed)
            _app.UseAuthentication().UseAuthorization();
        _app.Use(next => new RateLimiting(next, options.Limits, (ILimitStore?)_redis ?? local).InvokeAsync);
        Map(_app, health, sockets);
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
        if (_redis is not null)
            await _redis.ConnectAsync();
        try
        {
            await _app.StartAsync(cancellation);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new IOException($"Cannot listen on {_listening.Place}: it is in use; {_listening.WayOut}", exception);
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            throw new IOException($"Cannot listen on {_listening.Place}: {exception.Message}.", exception);
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
        if (_redis is not null)
            await _redis.DisposeAsync();
        _metrics.Dispose();
        _telemetry.Dispose();
    }

    private void Map(WebApplication app, HealthEndpoint health, SocketEndpoint sockets)
    {
        var runner = new AnswerRunner(_options, _metrics, _telemetry.GenAi, app.Lifetime);
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
            app.MapRead($"{prefix}/health", health.HandleAsync, "Whether requests would be served now").AllowAnonymous().WithMetadata(Probe.Mark).Answers("Health");
            app.MapRead($"{prefix}/health/ready", health.IsReadyAsync, "Likewise, in a word").AllowAnonymous().WithMetadata(Probe.Mark).Answers("Status");
            app.MapRead($"{prefix}/health/live", health.IsLiveAsync, "Whether the engine gets on").AllowAnonymous().WithMetadata(Probe.Mark).Answers("Status");
            app.MapRead($"{prefix}/models", models.ListAsync, "The models").Answers("Models");
            app.MapRead($"{prefix}/models/{{**id}}", models.GetAsync, "One model, by its id or an alias").Answers("Model");
            app.MapJson($"{prefix}/chat/completions", chat, "Continues a conversation", Examples.Chat)
                .Answers("ChatCompletion", "ChatCompletionChunk");
            app.MapJson($"{prefix}/chat/completions/input_tokens", countChat, "Counts the tokens of a conversation", Examples.Chat).Answers("InputTokens");
            app.MapJson($"{prefix}/completions", completion, "Continues a text", Examples.Completion)
                .Answers("Completion", "CompletionChunk");
            app.MapMethods($"{prefix}/chat/completions", SocketMethods, sockets.HandleAsync).ExcludeFromDescription();
            app.MapMethods($"{prefix}/completions", SocketMethods, sockets.HandleAsync).ExcludeFromDescription();
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
        app.MapRead("/openapi.json", docs.SendDocumentAsync, "This document").AllowAnonymous();
        app.MapRead("/docs", DocsEndpoint.SendPageAsync, "This document as a page").AllowAnonymous();
    }

    private Task SendMetricsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(_metrics.Scrape());
    }

    private Task DrainAsync() => _served.Loaded?.StopAsync(_options.DrainTimeout) ?? Task.CompletedTask;
}
