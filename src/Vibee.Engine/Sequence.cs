using System.Threading.Channels;
using Vibee.Engine.Caching;
using Vibee.Engine.Grammar;
using Vibee.Engine.Sampling;
using Vibee.Engine.Speculation;

namespace Vibee.Engine;

/// <summary>
/// One generation in progress: made by a request, submitted to the <see cref="InferenceEngine"/>, and read back as
/// events until the terminal one.
/// </summary>
/// <remarks>Threads: <see cref="Events"/> has one reader; <see cref="Cancel"/> may be called by anyone at any time,
/// again and again. Everything internal belongs to the engine's thread once submitted.</remarks>
public sealed class Sequence
{
    private readonly Channel<GenerationEvent> _events;
    private readonly int[] _tokens;
    private volatile bool _cancelled;
    private InferenceEngine? _engine;

    /// <param name="prompt">At least one token, and fewer than the context length.</param>
    /// <param name="maxTokens">The most tokens to generate; 0 only evaluates the prompt. The caller clips it to the
    /// context.</param>
    /// <param name="sampling">How to choose them.</param>
    /// <param name="promptLogprobs">Asks for the probabilities of the prompt's own tokens and of so many rivals of each.
    /// Such a prompt is evaluated whole, whatever the cache holds.</param>
    /// <param name="constraint">What the generated text must be; null lets the model say what it wants. Where the text
    /// cannot go on the sequence ends with <see cref="FinishReason.Stop"/>, whatever else was asked.</param>
    public Sequence(ReadOnlySpan<int> prompt, int maxTokens, SamplingParams sampling, int? promptLogprobs = null, TextConstraint? constraint = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Length, nameof(prompt));
        ArgumentOutOfRangeException.ThrowIfNegative(maxTokens);

        _tokens = new int[prompt.Length + maxTokens];
        prompt.CopyTo(_tokens);
        Length = PromptLength = prompt.Length;
        MaxTokens = maxTokens;
        Sampling = sampling;
        PromptLogprobs = promptLogprobs;
        Constraint = constraint;

        // Room for every event there can be: the engine never finds the channel full and so never waits for a
        // reader, and what a client that stops reading can make us hold is bounded by the context length.
        _events = Channel.CreateBounded<GenerationEvent>(new BoundedChannelOptions(maxTokens + (promptLogprobs is null ? 2 : prompt.Length + 2))
        {
            SingleReader = true,
            SingleWriter = true,
        });
    }

    public int PromptLength { get; }

    public int MaxTokens { get; }

    public SamplingParams Sampling { get; }

    /// <summary>Rivals of each prompt token whose probabilities are wanted; null is none, and not the token's either.</summary>
    public int? PromptLogprobs { get; }

    /// <summary>What the generated text must be, or null.</summary>
    public TextConstraint? Constraint { get; }

    /// <summary>How important it is, where others wait as well: 0 for most, more to be served sooner. Set before it is
    /// submitted.</summary>
    public int Priority { get; set; }

    /// <summary>What the client expects to be generated, wholly or in parts; drafts are taken from it, where the engine makes
    /// any, and the text is the same without it. Set before it is submitted.</summary>
    public ReadOnlyMemory<int> Prediction { get; init; }

    /// <summary>What happened, in order. Completes after the terminal event.</summary>
    public ChannelReader<GenerationEvent> Events => _events.Reader;

    public bool IsCancelled => _cancelled;

    /// <summary>Asks the engine to end the sequence; its slot is free within one step. Does nothing to one that has
    /// ended.</summary>
    public void Cancel()
    {
        if (_cancelled)
            return;
        _cancelled = true;
        Interlocked.MemoryBarrier();
        _engine?.Notice(this);
    }

    /// <summary>An engine accepted it.</summary>
    internal void Join(InferenceEngine engine)
    {
        _engine = engine;
        // Either this sees that it was cancelled meanwhile, or who cancels it sees the engine.
        Interlocked.MemoryBarrier();
        if (_cancelled)
            engine.Notice(this);
    }

    internal SequenceState State { get; set; }

    /// <summary>The prompt and what was generated after it.</summary>
    internal ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Length);

    /// <summary>Tokens known: prompt and generated.</summary>
    internal int Length { get; private set; }

    /// <summary>Leading tokens whose keys and values the runner holds.</summary>
    internal int Evaluated { get; set; }

    /// <summary>Tokens the runner has yet to evaluate: the rest of the prompt, or the one generated last with those that
    /// were forced after it.</summary>
    internal int Pending => Length - Evaluated;

    /// <summary>Generating, as opposed to evaluating a prompt (again, after a preemption).</summary>
    internal bool IsDecoding => Pending <= MostForced + 1 && Length > PromptLength;

    /// <summary>Forced tokens that are evaluated together; more wait for the next step.</summary>
    internal const int MostForced = 32;

    internal int GeneratedTokens => Length - PromptLength;

    /// <summary>The runner's slot, or −1 while queued.</summary>
    internal int Slot { get; set; } = -1;

    /// <summary>While it runs: its place among the prefixes that the KV cache holds.</summary>
    internal PrefixNode? Node { get; set; }

    /// <summary>While it waits: its place among those who do, the least first.</summary>
    internal long Rank { get; set; }

    /// <summary>The step that last evaluated a part of its prompt.</summary>
    internal long LastPrefill { get; set; }

    internal Sampler? Sampler { get; set; }

    /// <summary>How far its text has followed its constraint, if it has one.</summary>
    internal ConstrainedText? Text { get; set; }

    /// <summary>What it is guessed to say next, once it was guessed.</summary>
    internal Draft? Draft { get; set; }

    /// <summary>Leading prompt tokens whose probabilities were published.</summary>
    internal int Scored { get; set; }

    /// <summary>Whether tokens of the prompt are still to be published with their probabilities.</summary>
    internal bool IsScoring => PromptLogprobs is not null && Scored < PromptLength;

    /// <summary>Where its first token of this step is in the batch.</summary>
    internal int BatchIndex { get; set; }

    /// <summary>Where its logits will be in the batch of this step, or −1; those after the tokens of its draft follow.</summary>
    internal int LogitsIndex { get; set; } = -1;

    internal SequenceTimes Times;

    internal void Append(int token) => _tokens[Length++] = token;

    internal void Publish(in GenerationEvent value)
    {
        if (!_events.Writer.TryWrite(value))
            throw new InvalidOperationException("A sequence published more events than it has tokens.");
        if (value.Kind == GenerationEventKind.Finished)
            _events.Writer.Complete();
    }
}

internal enum SequenceState
{
    New,
    Waiting,
    Running,
    Ended,
}

/// <summary>Time stamps of a sequence's life, in <see cref="System.Diagnostics.Stopwatch"/> ticks; 0 is not yet.</summary>
internal struct SequenceTimes
{
    public long Submitted;
    public long LastToken;
}
