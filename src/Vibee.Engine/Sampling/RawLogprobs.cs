using System.Numerics.Tensors;

namespace Vibee.Engine.Sampling;

/// <summary>
/// The model's own distribution, as it was before bias and penalties changed the logits in place. Valid until the
/// next one is measured with the same candidates.
/// </summary>
internal readonly struct RawLogprobs
{
    private const float Floor = -9999f;

    private readonly float[] _logits;
    private readonly double _logSum;
    private readonly TokenLogprob[] _head;

    private RawLogprobs(float[] logits, double logSum, TokenLogprob[] head) =>
        (_logits, _logSum, _head) = (logits, logSum, head);

    public static RawLogprobs Measure(ReadOnlySpan<float> logits, int top, Candidates candidates)
    {
        var max = TensorPrimitives.Max(logits);
        var logSum = max + Math.Log(Candidates.ExponentialSum(logits, max));

        var head = new TokenLogprob[Math.Min(top, logits.Length)];
        if (head.Length > 0)
            candidates.TakeTop(logits, head.Length);
        for (var i = 0; i < head.Length; i++)
            head[i] = new(candidates.Tokens[i], Logprob(candidates.Logits[i], logSum));
        return new(candidates.Keep(logits), logSum, head);
    }

    public TokenLogprobs Of(int token) => new(Logprob(_logits[token], _logSum), _head);

    private static float Logprob(float logit, double logSum) => (float)Math.Max(Floor, logit - logSum);
}
