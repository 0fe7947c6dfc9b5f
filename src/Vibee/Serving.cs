using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Server;

namespace Vibee;

/// <summary>
/// <c>vibee serve</c> at work: listen, load the model while the server already answers that it is loading, hand it
/// to an engine, and wait for the end.
/// </summary>
internal static partial class Serving
{
    private const int DefaultContextLength = 2048;

    // The guide's names work with any model, so that every example of it does.
    private static readonly string[] GuideIds = ["igla-7b", "igla-koshey"];

    public static async Task<int> RunAsync(ServeSettings settings)
    {
        using var loggers = LoggerFactory.Create(logging => Logging.Configure(logging, settings.LogLevel));
        var logger = loggers.CreateLogger("Vibee");
        ModelInfo? model;
        try
        {
            // Most of what can be wrong with a file shows before the port is opened.
            model = settings.Model is { } path ? Inspect(path) : null;
        }
        catch (Exception exception) when (exception is GgufException or RunnerException)
        {
            return Failure.Run(exception.Message);
        }

        var contextLength = settings.ContextLength ?? Math.Min(DefaultContextLength, model?.TrainedContextLength ?? DefaultContextLength);
        if (contextLength > model?.TrainedContextLength)
            LogBeyondTraining(logger, contextLength, model.TrainedContextLength);

        if ((long)contextLength * settings.Parallel > int.MaxValue)
            return Failure.Run($"--ctx {contextLength} for each of --parallel {settings.Parallel} requests is more than a cache can hold");

        var served = Describe(settings);
        var options = new ServerOptions
        {
            Host = settings.Host,
            Port = settings.Port,
            DrainTimeout = settings.DrainTimeout,
            Sampling = settings.Sampling,
        };

        try
        {
            await using var server = new VibeeServer(options, served, loggers, PhiEndpoint.Map);
            await server.StartAsync();
            await ServeAsync(settings, contextLength, served, server, loggers);
            return 0;
        }
        catch (Exception exception) when (exception is IOException or GgufException or RunnerException)
        {
            return Failure.Run(exception.Message);
        }
    }

    /// <summary>Loads the model, serves it, and returns when the server has stopped.</summary>
    private static async Task ServeAsync(
        ServeSettings settings, int contextLength, ServedModel served, VibeeServer server, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Vibee");
        var shutdown = server.WaitForShutdownAsync();
        if (await LoadAsync(settings, contextLength, served, logger, shutdown) is { } runner)
        {
            server.EngineMetrics.Watch(runner);
            var engine = new EngineOptions { MaxQueue = settings.MaxQueue };
            await using var inference = new InferenceEngine(runner, engine, server.EngineMetrics, loggers.CreateLogger<InferenceEngine>());
            served.Ready(inference);
            Announce(settings, served, runner.Capacity, server, logger);
            await shutdown;
        }

        await shutdown;
    }

    private static void Announce(ServeSettings settings, ServedModel served, RunnerCapacity capacity, VibeeServer server, ILogger logger)
    {
        if (settings.Model is null)
            LogMock(logger);
        if (settings.Host is "0.0.0.0" or "::")
            LogOpen(logger, settings.Host);
        // Every interface is no address that a client could be given; this machine's own is.
        var addresses = server.Addresses.Select(address => address.Replace("0.0.0.0", "localhost").Replace("[::]", "localhost") + "/v1");
        LogServing(logger, served.Ids[0], capacity.Slots, capacity.ContextLength, string.Join(", ", addresses));
    }

    private static ServedModel Describe(ServeSettings settings) => settings.Model is not { } path
        ? new ServedModel(settings.Alias is null ? GuideIds : [settings.Alias, .. GuideIds], [], File.GetLastWriteTimeUtc(Environment.ProcessPath!))
        : new ServedModel([settings.Alias ?? Path.GetFileNameWithoutExtension(path)], GuideIds, File.GetLastWriteTimeUtc(path));

    private static ModelInfo Inspect(string path)
    {
        using var file = GgufFile.Open(path);
        return ModelCheck.FindProblem(file) is { } problem ? throw new RunnerException(problem) : GgufModelInfo.Read(file);
    }

    /// <summary>Loads on another thread, with a progress bar on a terminal, until done or told to stop.</summary>
    /// <returns>The runner, or null when the server was told to stop meanwhile.</returns>
    private static async Task<IModelRunner?> LoadAsync(
        ServeSettings settings, int contextLength, ServedModel served, ILogger logger, Task shutdown)
    {
        using var cancellation = new CancellationTokenSource();
        var loading = LoadBar.RunAsync(served.Ids[0], bar => Task.Run(() =>
            RunnerLoader.Load(settings, contextLength, new LoadObserver(served, bar), logger, cancellation.Token)));

        if (await Task.WhenAny(loading, shutdown) == shutdown)
            await cancellation.CancelAsync();
        try
        {
            var runner = await loading;
            if (!cancellation.IsCancellationRequested)
                return runner;
            runner.Dispose();
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Tells the server and the terminal how far loading is.</summary>
    private sealed class LoadObserver(ServedModel served, Action<float> bar) : IProgress<float>
    {
        public void Report(float value)
        {
            served.Progress = value;
            bar(value);
        }
    }

    [LoggerMessage(LogLevel.Warning, "--ctx {Context} is more than the {Trained} tokens the model was trained on; beyond them its answers may fall apart")]
    private static partial void LogBeyondTraining(ILogger logger, int context, int trained);

    [LoggerMessage(LogLevel.Information, "No model was given (-m FILE): serving the mock, which always says the same")]
    private static partial void LogMock(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "--host {Host} lets everybody who reaches this machine use the server; --host 127.0.0.1 keeps it to this machine")]
    private static partial void LogOpen(ILogger logger, string host);

    [LoggerMessage(LogLevel.Information, "Serving {Model}, {Slots} requests at a time with {Context} tokens each, on {Addresses}")]
    private static partial void LogServing(ILogger logger, string model, int slots, int context, string addresses);
}
