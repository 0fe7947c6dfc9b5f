using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Server;

namespace Vibee.Bench.Engines;

/// <summary>What <c>vibee bench engine</c> was told.</summary>
internal sealed record EngineSettings
{
    public required string Model { get; init; }

    public required EngineChoice Engine { get; init; }

    public required int Threads { get; init; }

    /// <summary>Tokens of the prompt; null is 512, or what the model was trained on if that is less.</summary>
    public required int? Prompt { get; init; }

    /// <summary>Tokens that each sequence generates.</summary>
    public required int Generate { get; init; }

    /// <summary>How many sequences generate at once.</summary>
    public required int[] Batches { get; init; }

    /// <summary>Most tokens of one forward call.</summary>
    public required int BatchSize { get; init; }

    public required int Repeats { get; init; }

    public required string? LlamaLibrary { get; init; }

    public required int? GpuLayers { get; init; }

    /// <summary>Where packed weights are kept; null is nowhere.</summary>
    public string? PackCacheDirectory { get; init; }

    /// <summary>Tokens in the context of every sequence before anything is measured.</summary>
    public required int Depth { get; init; }

    /// <summary>Positions that the longest sequence takes.</summary>
    public int ContextLength(int prompt) => Math.Max(16, Depth + Math.Max(prompt, Generate));

    /// <summary>Positions that all sequences take at once; they share those before the measurements. Engines may give them
    /// out in blocks, so they are rounded up, and a block that is shared in part is copied.</summary>
    public int KvCells(int prompt) => Blocks(Depth) + Math.Max(Blocks(prompt), Batches.Max() * (Blocks(Generate) + Blocks(1)));

    /// <summary>The same as a server would be told it: both load a model in one way.</summary>
    public ServeSettings ToServe(int prompt) => new()
    {
        Model = Model,
        Engine = Engine,
        Threads = Threads,
        ContextLength = ContextLength(prompt),
        Parallel = Batches.Max(),
        BatchSize = Math.Max(BatchSize, Batches.Max()),
        LlamaLibrary = LlamaLibrary,
        GpuLayers = GpuLayers,
        PackCacheDirectory = PackCacheDirectory,
        NoPackCache = PackCacheDirectory is null,
        KvType = KvType.F16,
        Host = "",
        Port = 0,
        MaxQueue = 0,
        Alias = null,
        Memory = null,
        KvCache = null,
        KvCacheDirectory = null,
        KvCacheDisk = null,
        Pooling = null,
        Matryoshka = null,
        LogLevel = LogLevel.Warning,
        DrainTimeout = TimeSpan.Zero,
        Sampling = new SamplingOverrides(),
    };

    private static int Blocks(int positions) => (positions + 63) / 64 * 64;
}
