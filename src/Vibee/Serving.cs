using System.Text;
using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Engine.Caching;
using Vibee.Engine.Embeddings;
using Vibee.Engine.Speculation;
using Vibee.Gguf;
using Vibee.Server;

namespace Vibee;

/// <summary>
/// <c>vibee serve</c> at work: load the model, listen and answer that it is loading until it is, hand it to an engine, and
/// wait for the end.
/// </summary>
internal static partial class Serving
{
    private const int DefaultContextLength = 2048;
    private const long DefaultDiskCache = 4L << 30;

    private const string CannotBeCut = "what this model keeps of a text (a recurrent state, or a sliding window under llama.cpp) cannot be cut to a prefix";

    // The guide's names work with any model, so that every example of it does.
    private static readonly string[] GuideIds = ["igla-7b", "igla-koshey"];

    public static async Task<int> RunAsync(ServeSettings settings)
    {
        using var loggers = LoggerFactory.Create(logging => Logging.Configure(logging, settings.LogLevel, settings.LogJson));
        var logger = loggers.CreateLogger("Vibee");
        GgufFile? file;
        ModelInfo? model;
        try
        {
            // Most of what can be wrong with a file shows before the port is opened.
            (file, model) = settings.Model is { } path ? Inspect(path) : default;
        }
        catch (Exception exception) when (exception is GgufException or RunnerException)
        {
            return Failure.Run(exception.Message);
        }

        using var _ = file;

        // What the command line says, else the file.
        var pooling = settings.Pooling ?? model?.Pooling;
        if (pooling is not null && settings.Engine == EngineChoice.Trinity)
            return Failure.Run($"{settings.Model} is an embedding model, which Trinity does not run: leave out --engine trinity");

        if (pooling is null && settings.Matryoshka is not null)
            return Failure.Run("--matryoshka is for embedding models; --pooling mean, cls or last makes embeddings of any other");

        var contextLength = settings.ContextLength ?? Math.Min(DefaultContextLength, model?.TrainedContextLength ?? DefaultContextLength);
        if (contextLength > model?.TrainedContextLength && pooling is null)
            LogBeyondTraining(logger, contextLength, model.TrainedContextLength);
        else if (contextLength > model?.TrainedContextLength)
            LogClipped(logger, contextLength, model.TrainedContextLength);

        if (settings.KvCache is not null && model!.KvBytesPerToken == 0)
            return Failure.Run($"{settings.Model} keeps no keys and values, or does not say how many: leave out --kv-cache");

        // Cells of the KV cache: a request's tokens take one each, and requests with the same prompt share them.
        var kvCells = settings.KvCache is { } size ? size / Math.Max(1, settings.KvType == KvType.Q8 ? model!.KvBytesPerToken * 17 / 32 : model!.KvBytesPerToken) : (long)contextLength * settings.Parallel;
        if (kvCells > int.MaxValue / 2)
            return Failure.Run($"{(settings.KvCache is null ? $"--ctx {contextLength} for each of --parallel {settings.Parallel} requests" : "--kv-cache")} is {kvCells} tokens, more than any engine can hold");
        if (kvCells < contextLength)
            return Failure.Run($"--kv-cache holds {kvCells} tokens of this model, fewer than the {contextLength} of one request (--ctx)");

        var served = Describe(settings);
        var options = new ServerOptions
        {
            Host = settings.Host,
            Port = settings.Port,
            DrainTimeout = settings.DrainTimeout,
            Otlp = settings.Otlp,
            PingInterval = settings.PingInterval,
            PongTimeout = settings.PongTimeout,
            Sampling = settings.Sampling,
            Access = settings.Access,
            Limits = settings.Limits,
            CorsOrigins = settings.CorsOrigins,
            Connections = settings.Connections,
        };
        if (settings.MaxBody is { } maxBody)
            options = options with { MaxRequestBody = maxBody };

        try
        {
            await (pooling is null
                ? ServeAsync(settings, file, contextLength, (int)kvCells, served, options, loggers)
                : ServeEmbedderAsync(settings, contextLength, served, options, loggers));
            return 0;
        }
        catch (Exception exception) when (exception is IOException or GgufException or RunnerException)
        {
            return Failure.Run(exception.Message);
        }
    }

    /// <summary>Loads the model, serves it, and returns when the server has stopped.</summary>
    private static async Task ServeAsync(
        ServeSettings settings, GgufFile? file, int contextLength, int kvCells, ServedModel served, ServerOptions options, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Vibee");
        // Begins before the server is made: that takes as long as loading a small model, and another core.
        await using var loading = new Loading<IModelRunner>(served, (progress, cancellation) =>
            RunnerLoader.Load(settings, file, contextLength, settings.KvCache is null ? null : kvCells, progress, logger, cancellation));
        await using var server = new VibeeServer(options, served, loggers, PhiEndpoint.Map);
        await server.StartAsync();
        var shutdown = server.WaitForShutdownAsync();
        if (await loading.WaitAsync(shutdown) is { } runner)
        {
            server.EngineMetrics.Watch(runner);
            await using var store = OpenStore(settings, file, runner, loggers);
            var engine = new EngineOptions { Parallel = settings.Parallel, MaxQueue = settings.MaxQueue, Store = store, Speculation = settings.Speculation };
            await using var inference = new InferenceEngine(runner, engine, server.EngineMetrics, loggers.CreateLogger<InferenceEngine>());
            if (settings.Speculation != SpeculationKind.None && !inference.Speculates)
                RunnerLoader.LogIgnored(logger, "--speculate", CannotBeCut);
            served.Ready(inference);
            Announce(settings, logger);
            LogServing(logger, served.Ids[0], inference.Parallel, runner.Capacity.ContextLength, runner.Capacity.KvCells, Addresses(server));
            await shutdown;
        }

        await shutdown;
    }

    /// <summary>The same for a model that makes embeddings or ranks.</summary>
    private static async Task ServeEmbedderAsync(
        ServeSettings settings, int contextLength, ServedModel served, ServerOptions serverOptions, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Vibee");
        foreach (var option in settings.CacheOptions())
            RunnerLoader.LogIgnored(logger, option, "an embedding model keeps nothing from one request to the next");
        if (settings.Speculation != SpeculationKind.None)
            RunnerLoader.LogIgnored(logger, "--speculate", "an embedding model generates nothing");
        await using var loading = new Loading<IEmbeddingRunner>(served, (progress, cancellation) =>
            RunnerLoader.LoadEmbedder(settings, contextLength, progress, logger, cancellation));
        await using var server = new VibeeServer(serverOptions, served, loggers, PhiEndpoint.Map);
        await server.StartAsync();
        var shutdown = server.WaitForShutdownAsync();
        if (await loading.WaitAsync(shutdown) is { } runner)
        {
            var options = new EngineOptions { MaxQueue = settings.MaxQueue };
            await using var engine = new EmbeddingEngine(runner, options, server.EngineMetrics, loggers.CreateLogger<EmbeddingEngine>());
            served.Ready(engine, settings.Matryoshka);
            Announce(settings, logger);
            LogServingEmbedder(logger, served.Ids[0], runner.Pooling == Pooling.Rank ? "scores" : $"embeddings of {runner.VectorLength} numbers",
                runner.Capacity.ContextLength, Addresses(server));
            await shutdown;
        }

        await shutdown;
    }

    private static PrefixStore? OpenStore(ServeSettings settings, GgufFile? file, IModelRunner runner, ILoggerFactory loggers)
    {
        if (settings.KvCacheDirectory is not { } directory)
            return null;
        if (!runner.Capacity.SharesPrefixes)
        {
            RunnerLoader.LogIgnored(loggers.CreateLogger("Vibee"), "--kv-cache-dir", CannotBeCut);
            return null;
        }

        try
        {
            byte[] key = [.. file!.ComputeFingerprint(), .. BitConverter.GetBytes(file.LastWriteTimeUtc.Ticks), .. Encoding.UTF8.GetBytes(runner.Capacity.StateFormat)];
            return new PrefixStore(directory, settings.KvCacheDisk ?? DefaultDiskCache, key, loggers.CreateLogger<PrefixStore>());
        }
        catch (IOException exception)
        {
            runner.Dispose();
            throw new IOException($"--kv-cache-dir {directory}: {exception.Message}", exception);
        }
    }

    private static void Announce(ServeSettings settings, ILogger logger)
    {
        if (settings.Model is null)
            LogMock(logger);
        if (settings.Host is "0.0.0.0" or "::" && !settings.Access.IsClosed)
            LogOpen(logger, settings.Host);
    }

    // Every interface is no address that a client could be given; this machine's own is.
    private static string Addresses(VibeeServer server) => string.Join(", ",
        server.Addresses.Select(address => address.Contains("//unix:", StringComparison.Ordinal) ? address["http://".Length..] : address.Replace("0.0.0.0", "localhost").Replace("[::]", "localhost") + "/v1"));

    private static ServedModel Describe(ServeSettings settings) => settings.Model is not { } path
        ? new ServedModel(settings.Alias is null ? GuideIds : [settings.Alias, .. GuideIds], [], File.GetLastWriteTimeUtc(Environment.ProcessPath!))
        : new ServedModel([settings.Alias ?? Path.GetFileNameWithoutExtension(path)], GuideIds, File.GetLastWriteTimeUtc(path));

    // Stays open: choosing an engine and naming its saved states need the file again.
    private static (GgufFile File, ModelInfo Model) Inspect(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            return ModelCheck.FindProblem(file) is { } problem ? throw new RunnerException(problem) : (file, GgufModelInfo.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    [LoggerMessage(LogLevel.Warning, "--ctx {Context} is more than the {Trained} tokens the model was trained on; beyond them its answers may fall apart")]
    private static partial void LogBeyondTraining(ILogger logger, int context, int trained);

    [LoggerMessage(LogLevel.Warning, "--ctx {Context} is more than the {Trained} tokens the model was trained on; inputs may have {Trained}")]
    private static partial void LogClipped(ILogger logger, int context, int trained);

    [LoggerMessage(LogLevel.Information, "No model was given (-m FILE): serving the mock, which always says the same")]
    private static partial void LogMock(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "--host {Host} lets everybody who reaches this machine use the server; --host 127.0.0.1 keeps it to this machine, --api-key-file FILE to those with a key")]
    private static partial void LogOpen(ILogger logger, string host);

    [LoggerMessage(LogLevel.Information, "Serving {Model}, {Parallel} requests at a time with {Context} tokens each, {Cells} in the cache, on {Addresses}")]
    private static partial void LogServing(ILogger logger, string model, int parallel, int context, int cells, string addresses);

    [LoggerMessage(LogLevel.Information, "Serving {Model}, {What} of inputs up to {Context} tokens, on {Addresses}")]
    private static partial void LogServingEmbedder(ILogger logger, string model, string what, int context, string addresses);
}
