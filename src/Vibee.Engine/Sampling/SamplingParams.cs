namespace Vibee.Engine.Sampling;

/// <summary>
/// How the next token is chosen from the logits. Ranges are checked at the edge, where a message can name the
/// request's field; here they are preconditions.
/// </summary>
/// <remarks>The defaults and the order in which the steps apply are llama.cpp's, for which the recommendations on
/// model pages are written: what a grammar allows, bias, penalties, top-k, top-p, min-p, temperature.</remarks>
public sealed record SamplingParams
{
    public static readonly SamplingParams Default = new();

    /// <summary>0 chooses the most likely token always; larger is more varied. 0 to 2.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Only the k most likely tokens; 0 turns it off.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Only the most likely tokens whose probabilities reach this sum; 0 leaves one, 1 turns it off.</summary>
    public float TopP { get; init; } = 0.95f;

    /// <summary>Only tokens at least this share as likely as the most likely one; 0 turns it off.</summary>
    public float MinP { get; init; } = 0.05f;

    /// <summary>Subtracted from a token's logit if it was generated before. −2 to 2.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from a token's logit each time it was generated before. −2 to 2.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Divides the positive and multiplies the negative logits of the last <see cref="RepeatWindow"/>
    /// tokens, prompt included (Keskar et al., CTRL, 2019); 1 turns it off.</summary>
    public float RepeatPenalty { get; init; } = 1f;

    /// <summary>How many of the latest tokens <see cref="RepeatPenalty"/> looks at; −1 is all of them.</summary>
    public int RepeatWindow { get; init; } = 64;

    /// <summary>Added to the logits of these tokens before anything else.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = System.Collections.Frozen.FrozenDictionary<int, float>.Empty;

    /// <summary>Makes the choice repeatable; null draws a seed.</summary>
    public long? Seed { get; init; }

    /// <summary>Never choose a token that ends the turn.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>Report the probability of each chosen token and of this many most likely ones; null reports none.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>The same for the <paramref name="index"/>th of several texts that continue one prompt: each has a seed of
    /// its own, counted up from the first's, so that all differ and can be repeated.</summary>
    public SamplingParams ForChoice(int index) => index == 0 || Seed is null ? this : this with { Seed = Seed + index };
}
