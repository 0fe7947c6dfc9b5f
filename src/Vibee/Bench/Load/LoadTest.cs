using System.Diagnostics;

namespace Vibee.Bench.Load;

/// <summary>
/// Loads a server with conversations, each of one or more requests: either a number of clients that wait for their
/// answers, or arrivals that wait for nobody.
/// </summary>
internal sealed class LoadTest(LoadSettings settings) : IDisposable
{
    // Other prompts in every run, or a server that remembers the last one would answer this one from its cache.
    private readonly int _seed = settings.Seed ?? Random.Shared.Next();
    private readonly LoadClient _client = new(settings);
    private readonly List<LoadResult> _results = [];
    private long _started;

    /// <summary>What is in the way of a test, in a sentence; null if nothing is.</summary>
    public Task<string?> FindProblemAsync(CancellationToken cancellation) => _client.FindProblemAsync(cancellation);

    /// <summary>Sends requests that are not counted, then all that are. When cancelled, it returns with those that were
    /// answered: what was under way counts neither as an answer nor as an error.</summary>
    /// <param name="onDone">Told after every counted request how many there were.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<(IReadOnlyList<LoadResult> Results, TimeSpan Duration)> RunAsync(Action<int> onDone, CancellationToken cancellation)
    {
        _started = Stopwatch.GetTimestamp();
        await IgnoreCancellation(WarmUpAsync(cancellation));
        lock (_results)
            _results.Clear();
        _started = Stopwatch.GetTimestamp();
        var conversations = (settings.Requests + settings.Turns - 1) / settings.Turns;
        await IgnoreCancellation(settings.Rate is { } rate
            ? ArriveAsync(conversations, rate, onDone, cancellation)
            : TakeTurnsAsync(settings.Clients ?? 1, conversations, async (number, isFirst) =>
            {
                if (!isFirst)
                    await ThinkAsync(cancellation);
                await ConverseAsync(number, Turns(number), onDone, cancellation);
            }));
        var duration = Stopwatch.GetElapsedTime(_started);
        lock (_results)
            return ([.. _results.OrderBy(result => result.Start)], duration);
    }

    public void Dispose() => _client.Dispose();

    private Task WarmUpAsync(CancellationToken cancellation)
    {
        var clients = settings.Clients ?? 1;
        var count = settings.Warmup ?? clients;
        return TakeTurnsAsync(Math.Min(clients, Math.Max(1, count)), count, (number, _) => ConverseAsync(-1 - number, 1, _ => { }, cancellation));
    }

    /// <summary>As many workers as clients, each of which takes the next number when it is done with one.</summary>
    private static Task TakeTurnsAsync(int clients, int count, Func<int, bool, Task> work)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            var isFirst = true;
            for (int number; (number = Interlocked.Increment(ref next)) < count; isFirst = false)
                await work(number, isFirst);
        }));
    }

    private async Task ArriveAsync(int count, double rate, Action<int> onDone, CancellationToken cancellation)
    {
        var random = new Random(_seed);
        var running = new List<Task>(count);
        double due = 0;
        for (var number = 0; number < count && !cancellation.IsCancellationRequested; number++)
        {
            // Arrivals are planned from the beginning, so that a late timer does not lower the rate.
            var wait = TimeSpan.FromSeconds(due) - Stopwatch.GetElapsedTime(_started);
            if (wait > TimeSpan.Zero)
                await IgnoreCancellation(Task.Delay(wait, cancellation));
            running.Add(ConverseAsync(number, Turns(number), onDone, cancellation));
            due += settings.IsSteady ? 1 / rate : -Math.Log(1 - random.NextDouble()) / rate;
        }

        await Task.WhenAll(running);
    }

    private int Turns(int conversation) => Math.Min(settings.Turns, settings.Requests - conversation * settings.Turns);

    private async Task ConverseAsync(int number, int turns, Action<int> onDone, CancellationToken cancellation)
    {
        var conversation = new Conversation(settings, _seed, number);
        for (var turn = 0; turn < turns; turn++)
        {
            if (turn > 0)
                await ThinkAsync(cancellation);
            conversation.Ask();
            var start = Stopwatch.GetElapsedTime(_started).TotalSeconds;
            var result = await _client.SendAsync(conversation, cancellation) with { Start = start, Turn = turn };
            conversation.Answer(result.Text);
            int done;
            lock (_results)
            {
                _results.Add(result);
                done = _results.Count;
            }

            onDone(done);
        }
    }

    private Task ThinkAsync(CancellationToken cancellation) =>
        settings.Think > TimeSpan.Zero ? Task.Delay(settings.Think, cancellation) : Task.CompletedTask;

    private static async Task IgnoreCancellation(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled knows it.
        }
    }
}
