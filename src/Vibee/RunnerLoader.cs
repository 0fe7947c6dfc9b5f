using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Engine.Runners;
using Vibee.Gguf;
using Vibee.LlamaCpp;
using Vibee.Trinity;
using Vibee.Trinity.Memory;

namespace Vibee;

/// <summary>Chooses the engine for a model and loads it.</summary>
internal static partial class RunnerLoader
{
    /// <summary>What <c>--engine auto</c> stands for with this file, and why.</summary>
    /// <remarks>Trinity is the choice where llama.cpp's libraries are missing; docs/performance.md has the
    /// measurement by which llama.cpp is it everywhere else, for now.</remarks>
    public static (EngineChoice Engine, string Reason) Choose(ServeSettings settings, GgufFile file)
    {
        if (settings.Engine != EngineChoice.Auto)
            return (settings.Engine, "--engine says so");
        if (LlamaLoader.IsPresent(settings.LlamaLibrary))
            return (EngineChoice.Llama, "it is the faster one");
        return TrinityRunner.CanRun(file, out var reason)
            ? (EngineChoice.Trinity, "llama.cpp's libraries are not here")
            : (EngineChoice.Llama, $"Trinity cannot run this model ({reason.TrimEnd('.')})");
    }

    /// <exception cref="GgufException">The file is no GGUF model.</exception>
    /// <exception cref="RunnerException">The engine is missing, or cannot run this model.</exception>
    public static IModelRunner Load(
        ServeSettings settings, int contextLength, IProgress<float> progress, ILogger logger, CancellationToken cancellation)
    {
        if (settings.Model is not { } path)
            return MockRunner.Create(new RunnerCapacity(settings.Parallel, settings.BatchSize, contextLength, settings.Parallel * contextLength));

        EngineChoice engine;
        string reason;
        using (var file = GgufFile.Open(path))
            (engine, reason) = Choose(settings, file);
        if (engine == EngineChoice.Trinity && settings.GpuLayers > 0)
            LogIgnored(logger, "--gpu-layers", "Trinity runs on the CPU");
        if (engine == EngineChoice.Llama && settings.Memory is not null)
            LogIgnored(logger, "--memory", "it limits Trinity, not llama.cpp");
        LogEngine(logger, engine == EngineChoice.Trinity ? "Trinity" : "llama.cpp", reason);

        if (engine == EngineChoice.Trinity)
        {
            return TrinityRunner.Load(new TrinityOptions
            {
                Path = path,
                ContextLength = contextLength,
                Slots = settings.Parallel,
                BatchTokens = settings.BatchSize,
                Threads = settings.Threads,
                Memory = new MemoryBudget(settings.Memory),
                KvType = settings.KvType,
                Progress = progress,
                Cancellation = cancellation,
            });
        }

        var options = new LlamaOptions
        {
            ModelPath = path,
            ContextLength = contextLength,
            Slots = settings.Parallel,
            BatchTokens = settings.BatchSize,
            Threads = settings.Threads,
            GpuLayers = settings.GpuLayers,
            KvType = settings.KvType,
            LibraryDirectory = settings.LlamaLibrary,
        };
        return LlamaLoader.Load(options, logger, progress, cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "{Option} has no effect: {Reason}")]
    private static partial void LogIgnored(ILogger logger, string option, string reason);

    [LoggerMessage(LogLevel.Information, "The engine is {Engine}: {Reason}")]
    private static partial void LogEngine(ILogger logger, string engine, string reason);
}
