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
    // Wide enough that top-p nearly always ends inside it; when not, the head grows.
    private const int FirstHead = 256;

    // As low as logits can be made without infinities, which would poison the sums. What a grammar forbids is lower: where
    // all that it allows is banned, one of these is chosen.
    private const float Banned = -1e30f;
    private const float Forbidden = -1e37f;

    private readonly Dictionary<int, int>? _counts =
        sampling.PresencePenalty != 0 || sampling.FrequencyPenalty != 0 ? [] : null;

    // Arrays, because enumerating an interface would allocate for every token.
    private readonly KeyValuePair<int, float>[] _bias = [.. sampling.LogitBias];
    private readonly int[] _banned = sampling.IgnoreEnd ? [.. tokenizer.EndOfGenerationTokens] : [];

    private RandomSource _random = new(sampling.Seed);

    /// <summary>Chooses the token that follows <paramref name="history"/>.</summary>
    /// <param name="logits">One per token of the vocabulary; changed in place.</param>
    /// <param name="history">Prompt and generated tokens.</param>
    /// <param name="allowed">Which tokens a grammar allows, one bit for each; empty if all are.</param>
    /// <param name="logprobs">The probability of the choice, where the parameters ask for it.</param>
    /// <exception cref="SamplingException">No logit is a number.</exception>
    public int Sample(Span<float> logits, ReadOnlySpan<int> history, ReadOnlySpan<ulong> allowed, out TokenLogprobs? logprobs)
    {
        var raw = Measure(logits);
        Forbid(logits, allowed);
        Adjust(logits, history);
        var token = sampling.Temperature == 0 ? TensorPrimitives.IndexOfMax<float>(logits) : Draw(logits);
        logprobs = raw?.Of(token);
        Count(token);
        return token;
    }

    /// <summary>Takes a token that was not chosen but forced.</summary>
    /// <param name="token">The token.</param>
    /// <param name="logits">As the model has them.</param>
    public TokenLogprobs? Take(int token, Span<float> logits)
    {
        Count(token);
        return Measure(logits)?.Of(token);
    }

    /// <summary>The same for one whose logits nobody has seen.</summary>
    public void Count(int token)
    {
        if (_counts is not null)
            _counts[token] = _counts.GetValueOrDefault(token) + 1;
    }

    private RawLogprobs? Measure(Span<float> logits)
    {
        if (float.IsNaN(TensorPrimitives.Max<float>(logits)))
            ReplaceNaN(logits);
        return sampling.TopLogprobs is { } top ? RawLogprobs.Measure(logits, top, candidates) : null;
    }

    private static void Forbid(Span<float> logits, ReadOnlySpan<ulong> allowed)
    {
        for (var word = 0; word < allowed.Length; word++)
        {
            if (allowed[word] == ulong.MaxValue)
                continue;
            var some = logits.Slice(word * 64, Math.Min(64, logits.Length - word * 64));
            if (allowed[word] == 0)
            {
                some.Fill(Forbidden);
                continue;
            }
            for (var bit = 0; bit < some.Length; bit++)
            {
                if ((allowed[word] >> bit & 1) == 0)
                    some[bit] = Forbidden;
            }
        }
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
        candidates.Seen.Clear();
        foreach (var token in window)
        {
            // Each token once, however often it occurs.
            if (!candidates.Seen.Add(token))
                continue;
            ref var logit = ref logits[token];
            logit = logit > 0 ? logit / sampling.RepeatPenalty : logit * sampling.RepeatPenalty;
        }
    }

    private int Draw(ReadOnlySpan<float> logits)
    {
        if (sampling is { TopK: 0, TopP: >= 1, MinP: <= 0 })
            return DrawFromAll(logits);

        if (sampling.TopK > 0)
        {
            candidates.TakeTop(logits, sampling.TopK);
            if (sampling.TopP < 1)
                candidates.CutTopP(sampling.TopP, candidates.ExponentialSum());
        }
        else if (sampling.TopP < 1)
        {
            TakeTopP(logits);
        }
        else
        {
            candidates.TakeNear(logits, sampling.MinP);
        }

        if (sampling.MinP > 0)
            candidates.CutMinP(sampling.MinP);
        return candidates.Draw(sampling.Temperature, _random.NextDouble() * candidates.ExponentialSum(sampling.Temperature))
            ?? candidates.Tokens[0]; // rounding ate the last sliver
    }

    // Without top-k the whole vocabulary takes part; sorting all of it for each token would cost milliseconds, and
    // top-p is nearly always reached within the first few hundred.
    private void TakeTopP(ReadOnlySpan<float> logits)
    {
        var total = Candidates.ExponentialSum(logits, TensorPrimitives.Max(logits));
        for (var head = FirstHead; ; head *= 8)
        {
            candidates.TakeTop(logits, head);
            if (candidates.CutTopP(sampling.TopP, total) || head >= logits.Length)
                return;
        }
    }

    // Nothing is cut, but what is drawn is nearly always among the first few hundred too, so the rest is only summed.
    private int DrawFromAll(ReadOnlySpan<float> logits)
    {
        var total = Candidates.ExponentialSum(logits, TensorPrimitives.Max(logits), sampling.Temperature);
        var target = _random.NextDouble() * total;
        for (var head = FirstHead; ; head *= 8)
        {
            candidates.TakeTop(logits, head);
            if (candidates.Draw(sampling.Temperature, target) is { } token)
                return token;
            if (head >= logits.Length)
                return candidates.Tokens[0]; // rounding ate the last sliver
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
