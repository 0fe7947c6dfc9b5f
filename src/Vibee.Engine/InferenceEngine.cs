using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Vibee.Engine;

/// <summary>
/// Generates: takes sequences from any thread and hands them to the one thread that owns the runner, where
/// <see cref="EngineLoop"/> evaluates them together.
/// </summary>
/// <remarks>Threads: every public member may be used from any thread. The loop answers only by <c>TryWrite</c> to a
/// sequence's own channel and so never waits for anybody.</remarks>
public sealed class InferenceEngine : IAsyncDisposable
{
    private readonly EngineThread<Sequence> _thread;

    /// <param name="runner">Becomes the engine's: its thread calls it, and disposes it at the end.</param>
    /// <param name="options">Settings.</param>
    /// <param name="metrics">Where to count.</param>
    /// <param name="logger">Where to report.</param>
    public InferenceEngine(IModelRunner runner, EngineOptions options, EngineMetrics metrics, ILogger<InferenceEngine> logger)
    {
        Capacity = runner.Capacity;
        Model = runner.Model;
        Tokenizer = runner.Tokenizer;
        // Each stream needs a token of every step.
        Parallel = Math.Min(options.Parallel ?? Capacity.Slots, Math.Min(Capacity.Slots, Capacity.BatchTokens));
        Speculates = options.Speculates(runner);
        metrics.Sized(Parallel, Capacity.KvCells);
        _thread = new EngineThread<Sequence>("vibee engine", Parallel, options.MaxQueue, logger,
            ended => new EngineLoop(runner, Parallel, options, metrics, logger, ended));
    }

    public RunnerCapacity Capacity { get; }

    /// <summary>The most sequences that run at the same time.</summary>
    public int Parallel { get; }

    /// <summary>Whether sequences are drafted for, so that <see cref="Sequence.Prediction"/> is of use.</summary>
    public bool Speculates { get; }

    public ModelInfo Model { get; }

    public ITokenizer Tokenizer { get; }

    /// <summary>About how long a full queue stays full: the time between two ends, of late.</summary>
    public TimeSpan QueueWait => _thread.QueueWait;

    /// <summary>How long the engine has had work and not got on with it; zero while it has none.</summary>
    public TimeSpan Standstill => _thread.Standstill;

    /// <summary>Sequences that were accepted and have not ended.</summary>
    public int Inside => _thread.Inside;

    /// <summary>The runner broke; nothing will be accepted any more.</summary>
    public bool HasFailed => _thread.HasFailed;

    /// <summary>Hands a sequence to the engine, which owns it until its terminal event.</summary>
    public SubmitResult Submit(Sequence sequence)
    {
        sequence.Times.Submitted = Stopwatch.GetTimestamp();
        var result = _thread.Submit(sequence);
        // One that was refused never hears of this engine, or cancelling it would count as another end.
        if (result == SubmitResult.Accepted)
            sequence.Join(this);
        return result;
    }

    /// <summary>Accepts nothing more, lets what is inside finish for at most <paramref name="grace"/>, ends the
    /// rest with <see cref="FinishReason.Failed"/>, and disposes the runner.</summary>
    public Task StopAsync(TimeSpan grace) => _thread.StopAsync(grace);

    public ValueTask DisposeAsync() => new(StopAsync(TimeSpan.Zero));

    internal void Notice(Sequence sequence) => _thread.Notice(sequence);
}
