using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Vibee.Engine;

/// <summary>What an <see cref="EngineThread{TWork}"/> does with its work. Every member is called on its thread,
/// but for one.</summary>
internal interface IEngineLoop<TWork> : IDisposable
{
    /// <summary>Whether <see cref="Step"/> would do something.</summary>
    bool HasWork { get; }

    /// <summary>Looks at work that is new, or that its owner wants looked at.</summary>
    void Take(TWork work);

    /// <summary>Gets on with the work there is.</summary>
    void Step();

    /// <summary>When the runner last got on, as <see cref="IModelRunner.LastProgress"/>; the one member that any thread may
    /// ask.</summary>
    long LastProgress { get; }

    /// <summary>Ends all work there is.</summary>
    /// <param name="error">What to tell its owners.</param>
    /// <param name="runnerFailed">The runner is not to be called any more, but to dispose it.</param>
    void EndEverything(string error, bool runnerFailed);
}

/// <summary>The one thread that owns a runner, and the door to it.</summary>
/// <remarks>Threads: every public member may be used from any. Others reach the thread only through a channel; it never
/// waits for anybody.</remarks>
internal sealed partial class EngineThread<TWork>
{
    private readonly Channel<TWork> _notices = Channel.CreateUnbounded<TWork>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly QueueClock _clock = new();
    private readonly int _parallel;
    private readonly int _mostInside;
    private readonly ILogger _logger;
    private readonly IEngineLoop<TWork> _loop;
    private int _inside; // work accepted and not ended
    private long _lastBeat; // Stopwatch ticks; 0 while the thread waits for work
    private volatile bool _draining;
    private volatile bool _failed;

    /// <param name="name">Of the thread.</param>
    /// <param name="parallel">How much work is done at a time.</param>
    /// <param name="maxQueue">How much more may wait.</param>
    /// <param name="logger">Where to report.</param>
    /// <param name="makeLoop">Makes the loop, given what it is to call for all work that ended.</param>
    public EngineThread(string name, int parallel, int maxQueue, ILogger logger, Func<Action, IEngineLoop<TWork>> makeLoop)
    {
        _parallel = parallel;
        _mostInside = parallel + maxQueue;
        _logger = logger;
        _loop = makeLoop(OnEnded);
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    /// <summary>The runner broke; nothing will be accepted any more.</summary>
    public bool HasFailed => _failed;

    /// <summary>How long the thread has had work and not got on with it; zero while it has none.</summary>
    /// <remarks>The thread only leaves time stamps, so that a watcher sees it stand still without its help.</remarks>
    public TimeSpan Standstill
    {
        get
        {
            var beat = Volatile.Read(ref _lastBeat);
            if (beat == 0 || _stopped.Task.IsCompleted)
                return TimeSpan.Zero;
            var elapsed = Stopwatch.GetElapsedTime(Math.Max(beat, _loop.LastProgress));
            return elapsed > TimeSpan.Zero ? elapsed : TimeSpan.Zero;
        }
    }

    /// <summary>About how long a full queue stays full: the time between two ends, of late.</summary>
    public TimeSpan QueueWait => _clock.Interval;

    /// <summary>Work that was accepted and has not ended.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>Hands over work, which will be ended in any case if it is accepted.</summary>
    public SubmitResult Submit(TWork work)
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

        if (_notices.Writer.TryWrite(work))
            return SubmitResult.Accepted;

        Leave();
        return _failed ? SubmitResult.Failed : SubmitResult.ShuttingDown;
    }

    /// <summary>Wants work looked at again.</summary>
    public void Notice(TWork work) => _notices.Writer.TryWrite(work);

    /// <summary>Accepts nothing more, lets what is inside finish for at most <paramref name="grace"/>, ends the
    /// rest, and disposes the loop.</summary>
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
            while (_notices.Reader.TryRead(out var work))
                _loop.Take(work);
            _loop.EndEverything(error, _failed);
            _loop.Dispose();
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
    /// <returns>False when the thread is to stop.</returns>
    private bool TakeNotices()
    {
        while (true)
        {
            while (_notices.Reader.TryRead(out var work))
                _loop.Take(work);
            if (_notices.Reader.Completion.IsCompleted)
                return false;
            if (_loop.HasWork)
            {
                Volatile.Write(ref _lastBeat, Stopwatch.GetTimestamp());
                return true;
            }

            Volatile.Write(ref _lastBeat, 0);
            if (!_notices.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                return false;
        }
    }

    private void OnEnded()
    {
        _clock.Ended(othersWait: Volatile.Read(ref _inside) > _parallel);
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
