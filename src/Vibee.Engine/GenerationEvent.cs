using Vibee.Engine.Sampling;
using Vibee.Engine.Speculation;

namespace Vibee.Engine;

public enum GenerationEventKind
{
    /// <summary>The sequence has a slot and its prompt is being evaluated. At most once, first.</summary>
    Started,

    /// <summary>A token of the prompt with its probability, where <see cref="Sequence.PromptLogprobs"/> asks for them; the
    /// first, which follows nothing, has none.</summary>
    PromptToken,

    /// <summary>A token was chosen, the one that ends the turn included.</summary>
    Token,

    /// <summary>Nothing follows. Exactly once, last, whatever happened.</summary>
    Finished,
}

/// <summary>What the engine tells the owner of a <see cref="Sequence"/>: one <c>Started</c>, its tokens, one
/// <c>Finished</c>. A sequence that ends while it is queued has only the last.</summary>
public readonly record struct GenerationEvent
{
    public required GenerationEventKind Kind { get; init; }

    /// <summary>Of <c>Started</c>: prompt tokens that need no evaluation because the cache holds them.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Of <c>Token</c> and <c>PromptToken</c>: its id.</summary>
    public int Token { get; init; }

    /// <summary>Of <c>Token</c>, where <see cref="SamplingParams.TopLogprobs"/> asked for it, and of <c>PromptToken</c>.</summary>
    public TokenLogprobs? Logprobs { get; init; }

    /// <summary>Of <c>Finished</c>.</summary>
    public FinishReason Reason { get; init; }

    /// <summary>Of <c>Token</c> and <c>Finished</c>: what became of the <see cref="Sequence.Prediction"/> until then.</summary>
    public PredictionUse Prediction { get; init; }

    /// <summary>Of <c>Finished</c> with <see cref="FinishReason.Failed"/>: one sentence, safe to show to a client.</summary>
    public string? Error { get; init; }
}
