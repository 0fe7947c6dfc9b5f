using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Vibee.Engine.Sampling;
using Vibee.Engine.Scheduling;

namespace Vibee.Engine;

/// <summary>
/// The loop: one thread owns the runner and repeats schedule, forward, sample, publish for all sequences together
/// (continuous batching: Yu et al., Orca, OSDI 2022).
/// </summary>
/// <remarks>Threads: every public member may be used from any thread. Others reach the loop only through
/// <see cref="Sequence"/>s dropped into a channel; the loop answers only by <c>TryWrite</c> to a sequence's own
/// channel and so never waits for anybody.</remarks>
public sealed partial class InferenceEngine : IAsyncDisposable
{
    private readonly IModelRunner _runner;
    private readonly EngineOptions _options;
    private readonly EngineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Scheduler _scheduler;
    private readonly Batch _batch;
    private readonly Candidates _candidates;
    private readonly Thread _thread;

    // "Look at this sequence": it is new, or it was cancelled.
    private readonly Channel<Sequence> _notices =
        Channel.CreateUnbounded<Sequence>(new UnboundedChannelOptions { SingleReader = true });

    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside; // sequences accepted and not ended
    private volatile bool _draining;
    private volatile bool _failed;

    /// <param name="runner">Becomes the engine's: its thread calls it, and disposes it at the end.</param>
    /// <param name="options">Settings.</param>
    /// <param name="metrics">Where to count.</param>
    /// <param name="logger">Where to report.</param>
    public InferenceEngine(IModelRunner runner, EngineOptions options, EngineMetrics metrics, ILogger<InferenceEngine> logger)
    {
        _runner = runner;
        _options = options;
        _metrics = metrics;
        _logger = logger;
        Capacity = runner.Capacity;
        Model = runner.Model;
        Tokenizer = runner.Tokenizer;
        _scheduler = new Scheduler(Capacity.Slots, Capacity.BatchTokens);
        _batch = new Batch(Capacity.BatchTokens);
        _candidates = new Candidates(Tokenizer.VocabularySize);
        _thread = new Thread(Run) { Name = "vibee engine", IsBackground = true };
        _thread.Start();
    }

    public RunnerCapacity Capacity { get; }

    public ModelInfo Model { get; }

    public ITokenizer Tokenizer { get; }

    /// <summary>The runner broke; nothing will be accepted any more.</summary>
    public bool HasFailed => _failed;

    /// <summary>Hands a sequence to the engine, which owns it until its terminal event.</summary>
    public SubmitResult Submit(Sequence sequence)
    {
        if (_failed)
            return SubmitResult.Failed;
        if (_draining)
            return SubmitResult.ShuttingDown;
        if (Interlocked.Increment(ref _inside) > Capacity.Slots + _options.MaxQueue)
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
    private bool TakeNotices()
    {
        while (true)
        {
            while (_notices.Reader.TryRead(out var sequence))
                Take(sequence);
            if (_notices.Reader.Completion.IsCompleted)
                return false;
            if (_scheduler.HasWork)
                return true;
            if (!_notices.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                return false;
        }
    }

    private void Take(Sequence sequence)
    {
        if (sequence.State == SequenceState.New)
        {
            sequence.State = SequenceState.Waiting;
            _scheduler.Enqueue(sequence);
        }

        if (sequence.IsCancelled)
            End(sequence, FinishReason.Cancelled);
    }

    private void Step()
    {
        while (_scheduler.Admit() is { } admitted)
            Start(admitted);
        _metrics.Observe(_scheduler.Running.Count, _scheduler.WaitingCount);

        var step = _scheduler.Plan();
        Fill(step);
        if (_runner.Forward(_batch) == ForwardResult.CacheFull)
        {
            MakeRoom();
            return;
        }

        foreach (var (sequence, count) in step)
        {
            sequence.Evaluated += count;
            if (sequence.GeneratedTokens == 0)
                _metrics.PromptTokensEvaluated(count);
        }

        foreach (var (sequence, _) in step)
        {
            if (sequence.LogitsIndex >= 0)
                Sample(sequence);
        }
    }

    private void Start(Sequence sequence)
    {
        sequence.State = SequenceState.Running;
        if (sequence.Sampler is not null)
            return; // it was preempted, and its owner has been told
        sequence.Sampler = new Sampler(sequence.Sampling, Tokenizer, _candidates);
        sequence.Publish(new GenerationEvent { Kind = GenerationEventKind.Started });
    }

    private void Fill(List<ScheduledTokens> step)
    {
        _batch.Clear();
        foreach (var (sequence, count) in step)
        {
            sequence.LogitsIndex = -1;
            for (var position = sequence.Evaluated; position < sequence.Evaluated + count; position++)
            {
                var isLast = position == sequence.Length - 1;
                var index = _batch.Add(sequence.Tokens[position], position, sequence.Slot, isLast);
                if (isLast)
                    sequence.LogitsIndex = index;
            }
        }
    }

    private void MakeRoom()
    {
        var slot = _scheduler.PreemptNewest();
        if (slot >= 0)
        {
            _runner.Truncate(slot, 0);
            return;
        }

        End(_scheduler.Running[0], FinishReason.Failed, "The KV cache has no room for this request.");
    }

    private void Sample(Sequence sequence)
    {
        int token;
        TokenLogprobs? logprobs;
        try
        {
            token = sequence.Sampler!.Sample(_runner.Logits(sequence.LogitsIndex), sequence.Tokens, out logprobs);
        }
        catch (Exception exception)
        {
            LogSequenceFailed(exception);
            var message = exception is SamplingException ? exception.Message : "Choosing the next token failed.";
            End(sequence, FinishReason.Failed, message);
            return;
        }

        sequence.Append(token);
        _metrics.TokenGenerated(ref sequence.Times);
        sequence.Publish(new GenerationEvent { Kind = GenerationEventKind.Token, Token = token, Logprobs = logprobs });

        if (Tokenizer.EndOfGenerationTokens.Contains(token))
            End(sequence, FinishReason.Stop);
        else if (sequence.GeneratedTokens == sequence.MaxTokens || sequence.Length == Capacity.ContextLength)
            End(sequence, FinishReason.Length);
    }

    // The slot is free before the owner hears of the end, so that who saw the end may count on it.
    private void End(Sequence sequence, FinishReason reason, string? error = null)
    {
        if (sequence.State == SequenceState.Ended)
            return;
        sequence.State = SequenceState.Ended;
        var slot = _scheduler.Remove(sequence);
        if (slot >= 0 && !_failed)
            _runner.Truncate(slot, 0);
        _metrics.Observe(_scheduler.Running.Count, _scheduler.WaitingCount);
        sequence.Publish(new GenerationEvent { Kind = GenerationEventKind.Finished, Reason = reason, Error = error });
        Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _inside) == 0 && _draining)
            _idle.TrySetResult();
    }

    private void EndEverything(string error)
    {
        _notices.Writer.TryComplete();
        while (_notices.Reader.TryRead(out var sequence))
            Take(sequence);
        while (_scheduler.Running.Count > 0)
            End(_scheduler.Running[^1], FinishReason.Failed, error);
        while (_scheduler.FirstWaiting is { } waiting)
            End(waiting, FinishReason.Failed, error);
    }

    [LoggerMessage(LogLevel.Critical, "The runner failed; the engine has stopped.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(LogLevel.Error, "Sampling failed; the sequence was ended, others go on.")]
    private partial void LogSequenceFailed(Exception exception);
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
