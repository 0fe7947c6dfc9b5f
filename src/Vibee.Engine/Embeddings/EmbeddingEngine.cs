using Microsoft.Extensions.Logging;

namespace Vibee.Engine.Embeddings;

/// <summary>Makes vectors: takes requests from any thread and hands them to the one thread that owns the runner, where
/// <see cref="EmbeddingLoop"/> evaluates them together.</summary>
/// <remarks>Threads: every public member may be used from any thread.</remarks>
public sealed class EmbeddingEngine : IAsyncDisposable
{
    private readonly EngineThread<EmbeddingRequest> _thread;

    /// <param name="runner">Becomes the engine's: its thread calls it, and disposes it at the end.</param>
    /// <param name="options">Settings.</param>
    /// <param name="metrics">Where to count.</param>
    /// <param name="logger">Where to report.</param>
    public EmbeddingEngine(IEmbeddingRunner runner, EngineOptions options, EngineMetrics metrics, ILogger<EmbeddingEngine> logger)
    {
        Runner = runner;
        metrics.Sized(runner.Capacity.Inputs, 0);
        _thread = new EngineThread<EmbeddingRequest>("vibee embedding engine", runner.Capacity.Inputs, options.MaxQueue, logger,
            ended => new EmbeddingLoop(runner, metrics, ended));
    }

    /// <summary>What may be read of the runner: its constants and its tokenizer.</summary>
    public IEmbeddingRunner Runner { get; }

    /// <summary>About how long a full queue stays full: the time between two ends, of late.</summary>
    public TimeSpan QueueWait => _thread.QueueWait;

    /// <summary>How long the engine has had work and not got on with it; zero while it has none.</summary>
    public TimeSpan Standstill => _thread.Standstill;

    /// <summary>The runner broke; nothing will be accepted any more.</summary>
    public bool HasFailed => _thread.HasFailed;

    /// <summary>Hands a request to the engine, which completes it.</summary>
    public SubmitResult Submit(EmbeddingRequest request) => _thread.Submit(request);

    /// <summary>Accepts nothing more, lets what is inside finish for at most <paramref name="grace"/>, ends the rest with
    /// <see cref="FinishReason.Failed"/>, and disposes the runner.</summary>
    public Task StopAsync(TimeSpan grace) => _thread.StopAsync(grace);

    public ValueTask DisposeAsync() => new(StopAsync(TimeSpan.Zero));
}
