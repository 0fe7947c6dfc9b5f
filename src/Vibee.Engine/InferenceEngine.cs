using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Vibee.Engine;

/// <summary>
/// Generates: takes sequences from any thread and hands them to the one thread that owns the runner, where
/// <see cref="EngineLoop"/> evaluates them together.
/// </summary>
/// <remarks>Threads: every public member may be used from any thread. Others reach the loop only through
/// <see cref="Sequence"/>s dropped into a channel; the loop answers only by <c>TryWrite</c> to a sequence's own
/// channel and so never waits for anybody.</remarks>
public sealed partial class InferenceEngine : IAsyncDisposable
{
    private readonly IModelRunner _runner;
    private readonly ILogger _logger;
    private readonly EngineLoop _loop;
    private readonly int _mostInside;
    private readonly Thread _thread;

    // "Look at this sequence": it is new, or it was cancelled.
    private readonly Channel<Sequence> _notices =
        Channel.CreateUnbounded<Sequence>(new UnboundedChannelOptions { SingleReader = true });

    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside; // sequences accepted and not ended
    private readonly QueueClock _clock = new();
    private volatile bool _draining;
    private volatile bool _failed;

    /// <param name="runner">Becomes the engine's: its thread calls it, and disposes it at the end.</param>
    /// <param name="options">Settings.</param>
    /// <param name="metrics">Where to count.</param>
    /// <param name="logger">Where to report.</param>
    public InferenceEngine(IModelRunner runner, EngineOptions options, EngineMetrics metrics, ILogger<InferenceEngine> logger)
    {
        _runner = runner;
        _logger = logger;
        Capacity = runner.Capacity;
        Model = runner.Model;
        Tokenizer = runner.Tokenizer;
        Parallel = Math.Min(options.Parallel ?? Capacity.Slots, Capacity.Slots);
        _mostInside = Parallel + options.MaxQueue;
        _loop = new EngineLoop(runner, Parallel, options.Store, metrics, logger, OnEnded);
        _thread = new Thread(Run) { Name = "vibee engine", IsBackground = true };
        _thread.Start();
    }

    public RunnerCapacity Capacity { get; }

    /// <summary>The most sequences that run at the same time.</summary>
    public int Parallel { get; }

    public ModelInfo Model { get; }

    public ITokenizer Tokenizer { get; }

    /// <summary>About how long a full queue stays full: the time between two ends, of late.</summary>
    public TimeSpan QueueWait => _clock.Interval;

    /// <summary>The runner broke; nothing will be accepted any more.</summary>
    public bool HasFailed => _failed;

    /// <summary>Hands a sequence to the engine, which owns it until its terminal event.</summary>
    public SubmitResult Submit(Sequence sequence)
    {
        if (_failed)
            return SubmitResult.Failed;
        if (_draining)
            return SubmitResult.ShuttingDown;
        if (Interlocked.Increment(ref _inside) > _mostInside)
        {
            Leave();
            return SubmitResult.QueueFull;
        }

        sequence.Engine = this;
        sequence.Times.Submitted = Stopwatch.GetTimestamp();
        if (_notices.Writer.TryWrite(sequence))
            return SubmitResult.Accepted;

        Leave();
        return _failed ? SubmitResult.Failed : SubmitResult.ShuttingDown;
    }

    /// <summary>Accepts nothing more, lets what is inside finish for at most <paramref name="grace"/>, ends the
    /// rest with <see cref="FinishReason.Failed"/>, and disposes the runner.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        _draining = true;
        // Either this sees that nobody is inside, or the last to leave sees that it is draining.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _inside) > 0)
            await Task.WhenAny(_idle.Task, _stopped.Task, Task.Delay(grace)).ConfigureAwait(false);
        _notices.Writer.TryComplete();
        await _stopped.Task.ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => new(StopAsync(TimeSpan.Zero));

    internal void Notice(Sequence sequence) => _notices.Writer.TryWrite(sequence);

    private void Run()
    {
        var error = "The server is shutting down.";
        try
        {
            while (TakeNotices())
                _loop.Step();
        }
        catch (Exception exception)
        {
            // The runner's state is unknown: nothing that runs on it can go on, but everyone is told.
            _failed = true;
            error = "The engine failed and the server must be restarted.";
            LogFailed(exception);
        }

        try
        {
            _notices.Writer.TryComplete();
            while (_notices.Reader.TryRead(out var sequence))
                _loop.Take(sequence);
            _loop.EndEverything(error, _failed);
            _runner.Dispose();
        }
        catch (Exception exception)
        {
            LogFailed(exception);
        }
        finally
        {
            _stopped.TrySetResult();
        }
    }

    /// <summary>Reads what arrived; with nothing to do, waits for something.</summary>
    /// <returns>False when the engine is to stop.</returns>
    private bool TakeNotices()
    {
        while (true)
        {
            while (_notices.Reader.TryRead(out var sequence))
                _loop.Take(sequence);
            if (_notices.Reader.Completion.IsCompleted)
                return false;
            if (_loop.HasWork)
                return true;
            if (!_notices.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                return false;
        }
    }

    private void OnEnded()
    {
        _clock.Ended(othersWait: Volatile.Read(ref _inside) > Parallel);
        Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _inside) == 0 && _draining)
            _idle.TrySetResult();
    }

    [LoggerMessage(LogLevel.Critical, "The runner failed; the engine has stopped.")]
    private partial void LogFailed(Exception exception);
}

/// <summary>The outcome of <see cref="InferenceEngine.Submit"/>. A refusal is an answer, not an exception.</summary>
public enum SubmitResult
{
    Accepted,

    /// <summary>As many sequences wait as <see cref="EngineOptions.MaxQueue"/> allows.</summary>
    QueueFull,

    /// <summary>The engine is shutting down.</summary>
    ShuttingDown,

    /// <summary>The runner broke; the process should be restarted.</summary>
    Failed,
}
