using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Engine.Runners;
using Vibee.Gguf;
using Vibee.LlamaCpp;
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

        var served = Describe(settings);
        var options = new ServerOptions
        {
            Host = settings.Host,
            Port = settings.Port,
            DrainTimeout = settings.DrainTimeout,
            Sampling = settings.Sampling,
        };

        await using var server = new VibeeServer(options, served, loggers, PhiEndpoint.Map);
        try
        {
            await server.StartAsync();
        }
        catch (IOException exception)
        {
            return Failure.Run(exception.Message);
        }

        var shutdown = server.WaitForShutdownAsync();
        try
        {
            if (await LoadAsync(settings, contextLength, served, loggers.CreateLogger("llama.cpp"), shutdown) is { } runner)
            {
                var engine = new EngineOptions { MaxQueue = settings.MaxQueue };
                served.Ready(new InferenceEngine(runner, engine, server.EngineMetrics, loggers.CreateLogger<InferenceEngine>()));
                LogServing(logger, served.Ids[0], runner.Capacity.Slots, runner.Capacity.ContextLength, string.Join(", ", server.Addresses.Select(address => address + "/v1")));
            }
        }
        catch (Exception exception) when (exception is GgufException or RunnerException)
        {
            return Failure.Run(exception.Message);
        }

        await shutdown;
        return 0;
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
        if (settings.Model is not { } path)
            return MockRunner.Create(new RunnerCapacity(settings.Parallel, settings.BatchSize, contextLength, settings.Parallel * contextLength));

        var options = new LlamaOptions
        {
            ModelPath = path,
            ContextLength = contextLength,
            Slots = settings.Parallel,
            BatchTokens = settings.BatchSize,
            Threads = settings.Threads,
            GpuLayers = settings.GpuLayers,
            LibraryDirectory = settings.LlamaLibrary,
        };
        using var cancellation = new CancellationTokenSource();
        var loading = LoadBar.RunAsync(
            Path.GetFileName(path),
            bar => Task.Run(() => LlamaLoader.Load(options, logger, new LoadObserver(served, bar), cancellation.Token)));

        if (await Task.WhenAny(loading, shutdown) == shutdown)
            await cancellation.CancelAsync();
        try
        {
            return await loading;
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

    [LoggerMessage(LogLevel.Information, "Serving {Model}, {Slots} requests at a time with {Context} tokens each, on {Addresses}")]
    private static partial void LogServing(ILogger logger, string model, int slots, int context, string addresses);
}
