using Microsoft.Extensions.Logging;
using Vibee.Engine.Caching;
using Vibee.Engine.Grammar;
using Vibee.Engine.Sampling;
using Vibee.Engine.Scheduling;
using Vibee.Engine.Speculation;

namespace Vibee.Engine;

/// <summary>
/// What the engine's thread does, again and again: admit, plan, forward, sample, publish, for all sequences together
/// (continuous batching: Yu et al., Orca, OSDI 2022).
/// </summary>
internal sealed partial class EngineLoop : IEngineLoop<Sequence>
{
    // At the end, for saved prefixes. Who ends services kills what takes too long: systemd after 90 s.
    private static readonly TimeSpan LongestSave = TimeSpan.FromSeconds(30);

    private readonly IModelRunner _runner;
    private readonly EngineMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action _ended;
    private readonly PrefixCache _cache;
    private readonly Func<Sequence, Admission> _ask;
    private readonly Scheduler _scheduler;
    private readonly StepBudget _budget;
    private readonly Speculator? _speculator;
    private readonly Batch _batch;
    private readonly Candidates _candidates;

    /// <param name="runner">Called by nobody else; disposed with this.</param>
    /// <param name="parallel">The most sequences that run.</param>
    /// <param name="options">Settings.</param>
    /// <param name="metrics">Where to count.</param>
    /// <param name="logger">Where to report.</param>
    /// <param name="ended">Called for each sequence that ended.</param>
    public EngineLoop(IModelRunner runner, int parallel, EngineOptions options, EngineMetrics metrics, ILogger logger, Action ended)
    {
        _runner = runner;
        _metrics = metrics;
        _clock = options.Clock;
        _logger = logger;
        _ended = ended;
        _cache = new PrefixCache(runner, options.Store);
        _ask = _cache.Ask;
        _scheduler = new Scheduler(parallel, runner.Capacity.BatchLogits);
        _budget = new StepBudget(parallel, runner.Capacity.BatchTokens);
        _speculator = options.Speculates(runner) ? new Speculator(runner, parallel, _budget) : null;
        _batch = new Batch(runner.Capacity.BatchTokens);
        _candidates = new Candidates(runner.Tokenizer.VocabularySize);
    }

    /// <summary>What is in the KV cache.</summary>
    public PrefixCache Cache => _cache;

    public bool HasWork => _scheduler.HasWork;

    public long LastProgress => _runner.LastProgress;

    public void Take(Sequence sequence)
    {
        if (sequence.State == SequenceState.New)
        {
            sequence.State = SequenceState.Waiting;
            _scheduler.Enqueue(sequence);
        }

        if (sequence.IsCancelled)
            End(sequence, FinishReason.Cancelled);
    }

    public void Step()
    {
        while (_scheduler.Admit(_ask) is { } admitted)
            Start(admitted);
        Observe();

        var started = _clock.GetTimestamp();
        var step = _scheduler.Plan(_budget);
        _speculator?.Plan(step, _runner.Capacity.KvCells - _cache.UsedCells);
        if (!Evaluate(step))
        {
            MakeRoom();
            return;
        }

        _cache.Evaluated(_batch.Count);
        var streams = 0;
        foreach (var (sequence, count) in step)
        {
            if (sequence.IsDecoding)
                streams++;
            else
                _metrics.PromptTokensEvaluated(count);
            sequence.Evaluated += count;
        }

        foreach (var (sequence, count) in step)
        {
            if (sequence.IsScoring)
                Score(sequence, count);
            if (sequence.LogitsIndex < 0)
                continue;
            if (sequence.MaxTokens == 0)
                End(sequence, FinishReason.Length);
            else
                Sample(sequence);
            Settle(sequence);
        }

        var seconds = _clock.GetElapsedTime(started).TotalSeconds;
        _budget.Observe(streams, _batch.Count - streams, seconds);
        _metrics.Step(seconds);
    }

    public void EndEverything(string error, bool runnerFailed)
    {
        if (runnerFailed)
            _cache.Abandon();
        while (_scheduler.Running.Count > 0)
            End(_scheduler.Running[^1], FinishReason.Failed, error);
        while (_scheduler.FirstWaiting is { } waiting)
            End(waiting, FinishReason.Failed, error);
        _cache.Save(LongestSave);
    }

    public void Dispose() => _runner.Dispose();

    private void Start(Sequence sequence)
    {
        _cache.Admit(sequence);
        sequence.State = SequenceState.Running;
        if (sequence.Sampler is not null)
            return; // it was preempted, and its owner has been told
        sequence.Sampler = new Sampler(sequence.Sampling, _runner.Tokenizer, _candidates);
        try
        {
            if (sequence.Constraint is { } constraint)
                sequence.Text = new ConstrainedText(constraint, _runner.Tokenizer);
        }
        catch (Exception exception)
        {
            Fail(sequence, exception);
            return;
        }

        _metrics.SequenceStarted(sequence.Evaluated);
        sequence.Publish(new GenerationEvent { Kind = GenerationEventKind.Started, CachedTokens = sequence.Evaluated });
    }

    /// <returns>False when the KV cache has no room.</returns>
    private bool Evaluate(List<ScheduledTokens> step)
    {
        Fill(step);
        if (_runner.Forward(_batch) == ForwardResult.Done)
            return true;
        // For the sake of a draft nothing is forgotten, and nobody waits.
        if (!Speculator.GiveUp(step))
            return false;
        Fill(step);
        return _runner.Forward(_batch) == ForwardResult.Done;
    }

    private void Fill(List<ScheduledTokens> step)
    {
        _batch.Clear();
        foreach (var (sequence, count) in step)
        {
            sequence.LogitsIndex = -1;
            sequence.BatchIndex = _batch.Count;
            for (var position = sequence.Evaluated; position < sequence.Evaluated + count; position++)
            {
                var isLast = position == sequence.Length - 1;
                var index = _batch.Add(sequence.Tokens[position], position, sequence.Slot, isLast || sequence.IsScoring);
                if (isLast)
                    sequence.LogitsIndex = index;
            }

            if (sequence.Draft is not { Length: > 0 } draft)
                continue;
            for (var i = 0; i < draft.Length; i++)
                _batch.Add(draft.Tokens[i], sequence.Length + i, sequence.Slot, wantsLogits: true);
        }
    }

    // First what nobody uses, then the newest sequence: it waits, and goes on exactly where it was.
    private void MakeRoom()
    {
        if (_cache.Evict())
            return;
        if (_scheduler.PreemptNewest() is { } preempted)
        {
            preempted.State = SequenceState.Waiting;
            _metrics.SequencePreempted();
            _cache.Release(preempted);
            return;
        }

        End(_scheduler.Running[0], FinishReason.Failed, "The KV cache has no room for this request.");
    }

    // The logits after a token are about the next one.
    private void Score(Sequence sequence, int count)
    {
        if (sequence.Scored == 0)
            Publish(sequence.Tokens[0], null);
        for (var i = 0; i < count; i++)
        {
            var next = sequence.Evaluated - count + i + 1;
            if (next != sequence.Scored || !sequence.IsScoring)
                continue; // published before it was preempted
            var logits = _runner.Logits(sequence.BatchIndex + i);
            var token = sequence.Tokens[next];
            Publish(token, RawLogprobs.Measure(logits, sequence.PromptLogprobs!.Value, _candidates).Of(token));
        }

        void Publish(int token, TokenLogprobs? logprobs)
        {
            sequence.Scored++;
            sequence.Publish(new GenerationEvent { Kind = GenerationEventKind.PromptToken, Token = token, Logprobs = logprobs });
        }
    }

    // Of what goes wrong with one text, such as a pattern that becomes too large, the others must not notice anything.
    private void Sample(Sequence sequence)
    {
        try
        {
            // A draft lets one step go on for as long as what it says is chosen.
            do
                Choose(sequence);
            while (sequence.State == SequenceState.Running && sequence.Draft is { Length: > 0 } draft && Confirm(sequence, draft));
        }
        catch (Exception exception)
        {
            Fail(sequence, exception);
        }
    }

    /// <summary>Counts what was drafted and then chosen as evaluated.</summary>
    /// <returns>Whether that is all, so that there are logits to choose the next token by.</returns>
    private static bool Confirm(Sequence sequence, Draft draft)
    {
        while (sequence.Pending > 0 && draft.Confirm(sequence.Tokens[sequence.Evaluated]))
            sequence.Evaluated++;
        return sequence.Pending == 0;
    }

    /// <summary>Lets the runner forget what was drafted and not chosen.</summary>
    private void Settle(Sequence sequence)
    {
        if (sequence.Draft is not { Length: > 0 } draft)
            return;
        Confirm(sequence, draft); // what ended it may have been drafted too
        if (draft.Length > draft.Confirmed)
            _cache.Forget(sequence, draft.Length - draft.Confirmed);
        _metrics.Drafted(draft.Length, draft.Confirmed);
        draft.Close();
    }

    private void Fail(Sequence sequence, Exception exception)
    {
        LogSequenceFailed(exception);
        End(sequence, FinishReason.Failed, exception is SamplingException ? exception.Message : "Choosing the next token failed.");
    }

    private void Choose(Sequence sequence)
    {
        var (sampler, text) = (sequence.Sampler!, sequence.Text);
        var logits = _runner.Logits(sequence.LogitsIndex + (sequence.Draft?.Confirmed ?? 0));
        TokenLogprobs? logprobs;
        if (text is not null && text.TryForce(out var token))
            logprobs = sampler.Take(token, logits);
        else
            token = sampler.Sample(logits, sequence.Tokens, text is null ? [] : text.Allowed(), out logprobs);

        if (_runner.Tokenizer.EndOfGenerationTokens.Contains(token))
        {
            Publish(sequence, token, logprobs);
            End(sequence, FinishReason.Stop);
            return;
        }

        // Tokens that the grammar leaves no choice about need no logits, unless somebody wants to see them.
        do
        {
            Publish(sequence, token, logprobs);
            text?.Accept(token);
            if (text is { MustEnd: true })
                End(sequence, FinishReason.Stop);
            else if (sequence.GeneratedTokens == sequence.MaxTokens || sequence.Length == _runner.Capacity.ContextLength)
                End(sequence, FinishReason.Length);
        }
        while (sequence.State == SequenceState.Running && Force(sequence, text, out token));
    }

    private static bool Force(Sequence sequence, ConstrainedText? text, out int token)
    {
        token = -1;
        if (text is null || sequence.Sampling.TopLogprobs is not null || sequence.Pending > Sequence.MostForced || !text.TryForce(out token))
            return false;
        sequence.Sampler!.Count(token);
        return true;
    }

    private void Publish(Sequence sequence, int token, TokenLogprobs? logprobs)
    {
        sequence.Append(token);
        _metrics.TokenGenerated(ref sequence.Times);
        sequence.Publish(new GenerationEvent { Kind = GenerationEventKind.Token, Token = token, Logprobs = logprobs, Prediction = sequence.Draft?.Use ?? default });
    }

    // The slot is free before the owner hears of the end, so that who saw the end may count on it.
    private void End(Sequence sequence, FinishReason reason, string? error = null)
    {
        if (sequence.State == SequenceState.Ended)
            return;
        _scheduler.Remove(sequence);
        if (sequence.State == SequenceState.Running)
        {
            Settle(sequence);
            _cache.Release(sequence);
        }

        sequence.State = SequenceState.Ended;
        Observe();
        sequence.Publish(new GenerationEvent { Kind = GenerationEventKind.Finished, Reason = reason, Error = error, Prediction = sequence.Draft?.Use ?? default });
        _ended();
    }

    private void Observe()
    {
        _metrics.Observe(_scheduler.Running.Count, _scheduler.WaitingCount);
        _metrics.Observe(_cache);
    }

    [LoggerMessage(LogLevel.Error, "Sampling failed; the sequence was ended, others go on.")]
    private partial void LogSequenceFailed(Exception exception);
}
