using System.Runtime.ExceptionServices;

namespace Vibee.Trinity.Threads;

/// <summary>
/// Threads that are made once and run one piece of work together, again and again. Between two pieces they spin for
/// some microseconds, because the next usually follows at once, and then park: an idle server uses no CPU.
/// </summary>
/// <remarks>The thread that calls <see cref="Run"/> is worker 0 and always the same one; the others are its own.</remarks>
internal sealed class WorkerTeam : IDisposable
{
    // A pause instruction takes 40 to 140 cycles: about 50 µs, which covers sampling and scheduling between two steps.
    private const int SpinsBeforePark = 2_000;
    private const int SpinsBeforeYield = 2_000;

    private readonly object _gate = new();
    private readonly Worker[] _workers;
    private readonly Thread[] _threads;
    private Action<Worker>? _work;
    private volatile int _generation;
    private volatile int _arrived;
    private volatile int _phase;
    private volatile int _finished;
    private volatile int _sleepers;
    private long _dealt; // the number of the last deal, and in the lower half how many of its runs are taken
    private volatile bool _stopping;
    private volatile ExceptionDispatchInfo? _failure;

    public WorkerTeam(int count)
    {
        Count = count;
        _workers = new Worker[count];
        for (var i = 0; i < count; i++)
            _workers[i] = new Worker(this, i);
        _threads = new Thread[count - 1];
        for (var i = 1; i < count; i++)
        {
            var worker = _workers[i];
            _threads[i - 1] = new Thread(() => Follow(worker)) { Name = $"vibee worker {i}", IsBackground = true };
        }

        try
        {
            foreach (var thread in _threads)
                thread.Start();
        }
        catch
        {
            // The system has no more threads: those that run would wait for ever.
            Dispose();
            throw;
        }
    }

    public int Count { get; }

    public IReadOnlyList<Worker> Workers => _workers;

    /// <summary>Runs <paramref name="work"/> on every worker and returns when all are done. Allocates nothing.</summary>
    /// <exception cref="Exception">What a worker threw, now or before: a team that failed once is of no more use.</exception>
    public void Run(Action<Worker> work)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        _failure?.Throw();
        _work = work;
        _finished = 0;
        Wake();
        Do(_workers[0], work);
        for (var spins = 0; _finished != Count - 1; spins++)
            Pause(spins);
        _failure?.Throw();
    }

    internal void Sync()
    {
        if (Count == 1)
            return;
        var phase = _phase;
        if (Interlocked.Increment(ref _arrived) == Count)
        {
            _arrived = 0;
            _phase = phase + 1;
            return;
        }

        for (var spins = 0; _phase == phase; spins++)
        {
            // Whoever failed will not arrive.
            if (_failure is not null)
                throw new OperationCanceledException("Another worker failed.");
            Pause(spins);
        }
    }

    /// <summary>The next run of a deal that nobody has; a large number when others are at a later deal, for which they
    /// must have found none left.</summary>
    internal int Take(int deal)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _dealt);
            // Counted round, so the difference is what tells.
            var ahead = deal - (int)(seen >> 32);
            if (ahead < 0)
                return int.MaxValue;
            var next = ahead == 0 ? seen + 1 : (long)deal << 32 | 1;
            if (Interlocked.CompareExchange(ref _dealt, next, seen) == seen)
                return (int)next - 1;
        }
    }

    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        Wake();
        foreach (var thread in _threads.Where(thread => !thread.ThreadState.HasFlag(ThreadState.Unstarted)))
            thread.Join();
    }

    private void Follow(Worker worker)
    {
        for (var seen = 0; ; seen++)
        {
            AwaitGenerationAfter(seen);
            if (_stopping)
                return;
            Do(worker, _work!);
            Interlocked.Increment(ref _finished);
        }
    }

    private void Do(Worker worker, Action<Worker> work)
    {
        try
        {
            work(worker);
        }
        catch (Exception exception)
        {
            // Only the first counts: the rest are workers that gave up because of it.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }

    // Where there are fewer cores than threads, the one waited for may be waiting for this core.
    private static void Pause(int spins)
    {
        if (spins < SpinsBeforeYield)
            Thread.SpinWait(1);
        else
            Thread.Yield();
    }

    private void Wake()
    {
        Interlocked.Increment(ref _generation);
        // The increment is a full fence: whoever counts itself asleep after this line sees the new generation.
        if (_sleepers == 0)
            return;
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private void AwaitGenerationAfter(int seen)
    {
        for (var spins = 0; spins < SpinsBeforePark; spins++)
        {
            if (_generation != seen)
                return;
            Thread.SpinWait(1);
        }

        lock (_gate)
        {
            Interlocked.Increment(ref _sleepers);
            while (_generation == seen)
                Monitor.Wait(_gate);
            Interlocked.Decrement(ref _sleepers);
        }
    }
}
