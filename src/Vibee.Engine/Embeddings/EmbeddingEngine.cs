using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Vibee.Engine.Embeddings;

/// <summary>
/// The loop of a model that makes vectors: one thread owns the runner and repeats pack, embed, hand out. Inputs of all
/// requests share batches, each request giving one in turn, so that a few texts do not wait for somebody's library.
/// </summary>
/// <remarks>Threads: every public member may be used from any thread.</remarks>
public sealed partial class EmbeddingEngine : IAsyncDisposable
{
    private readonly IEmbeddingRunner _runner;
    private readonly EngineOptions _options;
    private readonly EngineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Batch _batch;
    private readonly Queue<EmbeddingRequest> _waiting = new();
    private readonly List<(EmbeddingRequest Request, int Input)> _packed = [];

    private readonly Channel<EmbeddingRequest> _arrivals =
        Channel.CreateUnbounded<EmbeddingRequest>(new UnboundedChannelOptions { SingleReader = true });

    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside; // requests accepted that the thread still knows of
    private volatile bool _draining;
    private volatile bool _failed;

    /// <param name="runner">Becomes the engine's: its thread calls it, and disposes it at the end.</param>
    /// <param name="options">Settings.</param>
    /// <param name="metrics">Where to count.</param>
    /// <param name="logger">Where to report.</param>
    public EmbeddingEngine(IEmbeddingRunner runner, EngineOptions options, EngineMetrics metrics, ILogger<EmbeddingEngine> logger)
    {
        _runner = runner;
        _options = options;
        _metrics = metrics;
        _logger = logger;
        _batch = new Batch(Math.Max(runner.Capacity.BatchTokens, runner.Capacity.ContextLength));
        new Thread(Run) { Name = "vibee embedding engine", IsBackground = true }.Start();
    }

    /// <summary>What may be read of the runner: its constants and its tokenizer.</summary>
    public IEmbeddingRunner Runner => _runner;

    /// <summary>The runner broke; nothing will be accepted any more.</summary>
    public bool HasFailed => _failed;

    /// <summary>Hands a request to the engine, which completes it.</summary>
    public SubmitResult Submit(EmbeddingRequest request)
    {
        if (_failed)
            return SubmitResult.Failed;
        if (_draining)
            return SubmitResult.ShuttingDown;
        if (Interlocked.Increment(ref _inside) > _runner.Capacity.Inputs + _options.MaxQueue)
        {
            Leave();
            return SubmitResult.QueueFull;
        }

        if (_arrivals.Writer.TryWrite(request))
            return SubmitResult.Accepted;
        Leave();
        return _failed ? SubmitResult.Failed : SubmitResult.ShuttingDown;
    }

    /// <summary>Accepts nothing more, lets what is inside finish for at most <paramref name="grace"/>, ends the rest with
    /// <see cref="FinishReason.Failed"/>, and disposes the runner.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        _draining = true;
        // Either this sees that nobody is inside, or the last to leave sees that it is draining.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _inside) > 0)
            await Task.WhenAny(_idle.Task, _stopped.Task, Task.Delay(grace)).ConfigureAwait(false);
        _arrivals.Writer.TryComplete();
        await _stopped.Task.ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => new(StopAsync(TimeSpan.Zero));

    private void Run()
    {
        var error = "The server is shutting down.";
        try
        {
            while (TakeArrivals())
                Step();
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
            EndEverything(error);
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
    private bool TakeArrivals()
    {
        while (true)
        {
            while (_arrivals.Reader.TryRead(out var request))
                _waiting.Enqueue(request);
            if (_arrivals.Reader.Completion.IsCompleted)
                return false;
            if (_waiting.Count > 0)
                return true;
            if (!_arrivals.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                return false;
        }
    }

    private void Step()
    {
        Pack();
        _metrics.Observe(_packed.Count, _waiting.Count);
        if (_packed.Count > 0)
        {
            _runner.Embed(_batch);
            _metrics.PromptTokensEvaluated(_batch.Count);
        }

        for (var i = 0; i < _packed.Count; i++)
        {
            var (request, input) = _packed[i];
            request.Set(input, _runner.Vector(i));
            if (input == request.Inputs.Count - 1)
                Leave();
        }

        _packed.Clear();
        _metrics.Observe(0, _waiting.Count);
    }

    private void Pack()
    {
        _batch.Clear();
        while (_packed.Count < _runner.Capacity.Inputs && _waiting.TryPeek(out var request))
        {
            if (request.HasEnded)
            {
                _waiting.Dequeue();
                Leave();
                continue;
            }

            var tokens = request.Inputs[request.Taken];
            if (_packed.Count > 0 && _batch.Count + tokens.Length > _runner.Capacity.BatchTokens)
                return;
            for (var position = 0; position < tokens.Length; position++)
                _batch.Add(tokens[position], position, _packed.Count, wantsLogits: true);
            _packed.Add((request, request.Taken++));

            _waiting.Dequeue();
            if (request.Taken < request.Inputs.Count)
                _waiting.Enqueue(request);
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _inside) == 0 && _draining)
            _idle.TrySetResult();
    }

    private void EndEverything(string error)
    {
        _arrivals.Writer.TryComplete();
        while (_arrivals.Reader.TryRead(out var request))
            request.Fail(error);
        foreach (var (request, _) in _packed)
            request.Fail(error);
        while (_waiting.TryDequeue(out var request))
            request.Fail(error);
        _metrics.Observe(0, 0);
    }

    [LoggerMessage(LogLevel.Critical, "The runner failed; the engine has stopped.")]
    private partial void LogFailed(Exception exception);
}
