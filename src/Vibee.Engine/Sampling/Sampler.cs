using System.Numerics.Tensors;

namespace Vibee.Engine.Sampling;

/// <summary>
/// Chooses the tokens of one sequence. Holds what must be remembered from choice to choice: the random numbers and
/// how often each token was generated.
/// </summary>
/// <param name="sampling">How to choose.</param>
/// <param name="tokenizer">Knows which tokens end the turn.</param>
/// <param name="candidates">Scratch memory shared by the samplers of one engine.</param>
internal sealed class Sampler(SamplingParams sampling, ITokenizer tokenizer, Candidates candidates)
{
    // Wide enough that top-p and min-p nearly always end inside it; when not, the head grows.
    private const int FirstHead = 256;

    // As low as a logit can be made without infinities, which would poison the sums.
    private const float Banned = -1e30f;

    private readonly Dictionary<int, int>? _counts =
        sampling.PresencePenalty != 0 || sampling.FrequencyPenalty != 0 ? [] : null;

    // Arrays, because enumerating an interface would allocate for every token.
    private readonly KeyValuePair<int, float>[] _bias = [.. sampling.LogitBias];
    private readonly int[] _banned = sampling.IgnoreEnd ? [.. tokenizer.EndOfGenerationTokens] : [];

    private RandomSource _random = new(sampling.Seed);

    /// <summary>Chooses the token that follows <paramref name="history"/>.</summary>
    /// <param name="logits">One per token of the vocabulary; changed in place.</param>
    /// <param name="history">Prompt and generated tokens.</param>
    /// <param name="logprobs">The probability of the choice, where the parameters ask for it.</param>
    /// <exception cref="SamplingException">No logit is a number.</exception>
    public int Sample(Span<float> logits, ReadOnlySpan<int> history, out TokenLogprobs? logprobs)
    {
        if (float.IsNaN(TensorPrimitives.Max<float>(logits)))
            ReplaceNaN(logits);

        var raw = sampling.TopLogprobs is { } top ? RawLogprobs.Measure(logits, top, candidates) : (RawLogprobs?)null;
        Adjust(logits, history);
        var token = sampling.Temperature == 0 ? TensorPrimitives.IndexOfMax<float>(logits) : Draw(logits);
        logprobs = raw?.Of(token);

        if (_counts is not null)
            _counts[token] = _counts.GetValueOrDefault(token) + 1;
        return token;
    }

    private void Adjust(Span<float> logits, ReadOnlySpan<int> history)
    {
        foreach (var (token, bias) in _bias)
            logits[token] = bias <= -100 ? Banned : logits[token] + bias;
        foreach (var token in _banned)
            logits[token] = Banned;

        if (sampling.RepeatPenalty != 1)
            PenalizeRepeats(logits, history);

        if (_counts is null)
            return;
        foreach (var (token, count) in _counts)
            logits[token] -= sampling.PresencePenalty + count * sampling.FrequencyPenalty;
    }

    private void PenalizeRepeats(Span<float> logits, ReadOnlySpan<int> history)
    {
        var window = sampling.RepeatWindow < 0 ? history : history[^Math.Min(sampling.RepeatWindow, history.Length)..];
        for (var i = 0; i < window.Length; i++)
        {
            // Each token once, however often it occurs.
            if (window[..i].Contains(window[i]))
                continue;
            ref var logit = ref logits[window[i]];
            logit = logit > 0 ? logit / sampling.RepeatPenalty : logit * sampling.RepeatPenalty;
        }
    }

    private int Draw(ReadOnlySpan<float> logits)
    {
        if (sampling.TopK > 0)
        {
            candidates.TakeTop(logits, sampling.TopK);
            if (sampling.TopP < 1)
                candidates.CutTopP(sampling.TopP, candidates.ExponentialSum());
        }
        else
        {
            TakeHead(logits);
        }

        if (sampling.MinP > 0)
            candidates.CutMinP(sampling.MinP);
        return candidates.Draw(sampling.Temperature, _random.NextDouble());
    }

    // Without top-k the whole vocabulary takes part; sorting all of it for each token would cost milliseconds, and
    // top-p is nearly always reached within the first few hundred.
    private void TakeHead(ReadOnlySpan<float> logits)
    {
        if (sampling.TopP >= 1)
        {
            candidates.TakeTop(logits, logits.Length);
            return;
        }

        var max = TensorPrimitives.Max(logits);
        var total = 0.0;
        foreach (var logit in logits)
            total += Math.Exp((double)logit - max);

        for (var head = FirstHead; ; head *= 8)
        {
            candidates.TakeTop(logits, head);
            if (candidates.CutTopP(sampling.TopP, total) || head >= logits.Length)
                return;
        }
    }

    // A damaged model can produce them; one bad logit must not decide the text.
    private static void ReplaceNaN(Span<float> logits)
    {
        var numbers = 0;
        foreach (ref var logit in logits)
        {
            if (float.IsNaN(logit))
                logit = Banned;
            else
                numbers++;
        }

        if (numbers == 0)
            throw new SamplingException("The model produced no usable output: every logit is not a number.");
    }
}

/// <summary>One sequence cannot go on; others are not concerned. The message is safe to show to a client.</summary>
internal sealed class SamplingException(string message) : Exception(message);
