using System.Runtime.Intrinsics;
using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Engine.Embeddings;
using Vibee.Engine.Runners;
using Vibee.Gguf;
using Vibee.LlamaCpp;
using Vibee.Trinity;
using Vibee.Trinity.Memory;

namespace Vibee;

/// <summary>Chooses the engine for a model and loads it.</summary>
internal static partial class RunnerLoader
{
    // Slots that keep the prompts of requests that have ended. Their cells are the limit, not they: they cost some bytes each.
    private const int PrefixSlots = 64;

    // Bytes. What is less is packed in a moment, and tests and trials leave nothing in anybody's home.
    private const long LeastKept = 64 << 20;

    // Types that were measured to be faster on Trinity, by panels in registers of 256 bits or more.
    private static readonly GgmlType[] FasterTypes =
    [
        GgmlType.Q4_0, GgmlType.Q4_1, GgmlType.Q5_0, GgmlType.Q5_1, GgmlType.Q8_0, GgmlType.Q4_K, GgmlType.Q5_K, GgmlType.Q6_K, GgmlType.TQ2_0,
    ];

    /// <summary>What <c>--engine auto</c> stands for with this file, and why.</summary>
    /// <remarks>docs/performance.md has the measurements behind it: Trinity is the faster one on the CPU with some types of
    /// weights, llama.cpp with all others, and on a GPU.</remarks>
    private static (EngineChoice Engine, string Reason) Choose(ServeSettings settings, int contextLength, GgufFile file)
    {
        if (settings.Engine != EngineChoice.Auto)
            return (settings.Engine, "--engine says so");
        if (settings.LlamaLibrary is not null || settings.GpuLayers > 0)
            return (EngineChoice.Llama, settings.LlamaLibrary is not null ? "--llama-lib asks for it" : "--gpu-layers asks for it");
        // What Trinity can run is asked last: the answer takes a whole tokenizer.
        if (WhyTrinity(settings, file) is not { } reason)
            return (EngineChoice.Llama, "it is the faster one with these weights");
        return TrinityRunner.CanRun(file, contextLength, out var refusal)
            ? (EngineChoice.Trinity, reason)
            : (EngineChoice.Llama, $"Trinity cannot run this model ({refusal.TrimEnd('.')})");
    }

    /// <summary>Null where llama.cpp is here, runs these weights, and is the faster one.</summary>
    private static string? WhyTrinity(ServeSettings settings, GgufFile file)
    {
        if (!LlamaLoader.IsPresent(null))
            return "llama.cpp's libraries are not here";
        if (file.Tensors.FirstOrDefault(tensor => tensor.Type == GgmlType.I2_S) is { } foreign)
            return $"llama.cpp does not have the type I2_S of {foreign.Name}";
        // Where there is a GPU, llama.cpp takes it unless it is told not to.
        var isForCpu = settings.GpuLayers == 0 || !LlamaLoader.IsForGpu(null);
        return isForCpu && Vector256.IsHardwareAccelerated && IsOfFasterTypes(file) ? "it is the faster one with these weights" : null;
    }

    /// <summary>Whether every matrix of the layers is of a type that Trinity is faster with; mixtures of experts were not measured.</summary>
    private static bool IsOfFasterTypes(GgufFile file)
    {
        var matrices = file.Tensors.Where(tensor => tensor.Dimensions.Count > 1 && tensor.Name.StartsWith("blk.", StringComparison.Ordinal)).ToList();
        return matrices.Count > 0 && matrices.All(tensor => tensor.Dimensions.Count == 2 && FasterTypes.Contains(tensor.Type));
    }

    /// <summary>Loads what generates text: the model of <paramref name="file"/>, or the mock where there is none.</summary>
    /// <param name="file">Is read, not kept: an engine maps the file itself.</param>
    /// <param name="kvCells">What all sequences share; null for the whole context of each.</param>
    /// <exception cref="GgufException">The file is no GGUF model.</exception>
    /// <exception cref="RunnerException">The engine is missing, or cannot run this model.</exception>
    public static IModelRunner Load(
        ServeSettings settings, GgufFile? file, int contextLength, int? kvCells, IProgress<float> progress, ILogger logger, CancellationToken cancellation)
    {
        if (file is null)
            return MockRunner.Create(new RunnerCapacity(settings.Parallel + PrefixSlots, settings.BatchSize, contextLength, kvCells ?? settings.Parallel * contextLength));

        var (engine, reason) = Choose(settings, contextLength, file);
        if (engine == EngineChoice.Trinity && settings.GpuLayers > 0)
            LogIgnored(logger, "--gpu-layers", "Trinity runs on the CPU");
        if (engine == EngineChoice.Llama && settings.Memory is not null)
            LogIgnored(logger, "--memory", "it limits Trinity, not llama.cpp");
        if (engine == EngineChoice.Llama && settings.PackCacheDirectory is not null)
            LogIgnored(logger, "--pack-cache-dir", "llama.cpp packs nothing");
        LogEngine(logger, engine == EngineChoice.Trinity ? "Trinity" : "llama.cpp", reason);

        if (engine == EngineChoice.Trinity)
        {
            var runner = TrinityRunner.Load(new TrinityOptions
            {
                Path = file.Path,
                ContextLength = contextLength,
                Slots = settings.Parallel,
                PrefixSlots = PrefixSlots,
                KvCells = kvCells ?? 0,
                BatchTokens = settings.BatchSize,
                Threads = settings.Threads,
                Memory = new MemoryBudget(settings.Memory),
                KvType = settings.KvType,
                PackCacheDirectory = settings.NoPackCache ? null : settings.PackCacheDirectory ?? CacheDirectory.Find(),
                PackCacheLeast = settings.PackCacheDirectory is null ? LeastKept : 0,
                Progress = progress,
                Cancellation = cancellation,
            });
            if (runner.PackCacheProblem is { } problem)
                LogNotKept(logger, problem);
            if (runner.PackCacheFile is { } packed)
                LogPacked(logger, packed);
            return runner;
        }

        return LlamaLoader.Load(OptionsOf(settings, file.Path, contextLength) with { PrefixSlots = PrefixSlots, KvCells = kvCells }, logger, progress, cancellation);
    }

    /// <summary>Loads a model for embeddings or ranking, which only llama.cpp does.</summary>
    /// <exception cref="GgufException">The file is no GGUF model.</exception>
    /// <exception cref="RunnerException">llama.cpp is missing, or cannot run this model.</exception>
    public static IEmbeddingRunner LoadEmbedder(
        ServeSettings settings, int contextLength, IProgress<float> progress, ILogger logger, CancellationToken cancellation)
    {
        if (settings.Memory is not null)
            LogIgnored(logger, "--memory", "it limits Trinity, not llama.cpp");
        LogEngine(logger, "llama.cpp", "it runs embedding models");
        return LlamaLoader.LoadEmbedder(OptionsOf(settings, settings.Model!, contextLength), logger, progress, cancellation);
    }

    private static LlamaOptions OptionsOf(ServeSettings settings, string path, int contextLength) => new()
    {
        ModelPath = path,
        ContextLength = contextLength,
        Slots = settings.Parallel,
        BatchTokens = settings.BatchSize,
        Threads = settings.Threads,
        GpuLayers = settings.GpuLayers,
        Pooling = settings.Pooling,
        KvType = settings.KvType,
        LibraryDirectory = settings.LlamaLibrary,
    };

    [LoggerMessage(LogLevel.Warning, "{Option} has no effect: {Reason}")]
    internal static partial void LogIgnored(ILogger logger, string option, string reason);

    [LoggerMessage(LogLevel.Information, "The packed weights are mapped from {File}")]
    private static partial void LogPacked(ILogger logger, string file);

    [LoggerMessage(LogLevel.Warning, "The packed weights are not kept for the next start: {Reason}. --pack-cache-dir DIR chooses another place, --no-pack-cache none")]
    private static partial void LogNotKept(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "The engine is {Engine}: {Reason}")]
    private static partial void LogEngine(ILogger logger, string engine, string reason);
}
