using System.Numerics.Tensors;

namespace Vibee.Engine.Sampling;

/// <summary>
/// The tokens still in the running for one choice, most likely first, with their probabilities. Scratch memory for
/// a whole vocabulary, made once and used by every sampler of an engine, on its thread.
/// </summary>
internal sealed class Candidates(int vocabularySize)
{
    private readonly int[] _tokens = new int[vocabularySize];
    private readonly float[] _logits = new float[vocabularySize];
    private readonly double[] _probabilities = new double[vocabularySize];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public ReadOnlySpan<float> Logits => _logits.AsSpan(0, Count);

    /// <summary>Keeps the <paramref name="k"/> highest logits, sorted; ties go to the lower token id, so that the
    /// result does not depend on how it was found.</summary>
    public void TakeTop(ReadOnlySpan<float> logits, int k)
    {
        k = Math.Min(k, logits.Length);
        Count = 0;
        if (k == logits.Length)
            TakeAll(logits);
        else
            SelectTop(logits, k);
    }

    /// <summary>Keeps the shortest head whose probabilities sum to <paramref name="p"/>, at least one token.</summary>
    /// <returns>False when the tokens at hand do not reach it, because the head was cut by <see cref="TakeTop"/>
    /// and <paramref name="total"/>, the sum over the whole vocabulary, counts the rest.</returns>
    public bool CutTopP(double p, double total)
    {
        var sum = 0.0;
        for (var i = 0; i < Count; i++)
        {
            sum += Math.Exp((double)_logits[i] - _logits[0]) / total;
            if (sum >= p)
            {
                Count = i + 1;
                return true;
            }
        }

        return false;
    }

    /// <summary>Drops tokens less likely than <paramref name="share"/> of the most likely one.</summary>
    public void CutMinP(float share)
    {
        var threshold = _logits[0] + MathF.Log(share);
        while (Count > 1 && _logits[Count - 1] < threshold)
            Count--;
    }

    /// <summary>The sum of e^(logit − highest logit) over the candidates.</summary>
    public double ExponentialSum()
    {
        var sum = 0.0;
        for (var i = 0; i < Count; i++)
            sum += Math.Exp((double)_logits[i] - _logits[0]);
        return sum;
    }

    /// <summary>Chooses one by its probability at <paramref name="temperature"/>.</summary>
    /// <param name="temperature">Above 0.</param>
    /// <param name="random">From 0 inclusive to 1 exclusive.</param>
    public int Draw(float temperature, double random)
    {
        var sum = 0.0;
        for (var i = 0; i < Count; i++)
            sum += _probabilities[i] = Math.Exp(((double)_logits[i] - _logits[0]) / temperature);

        var target = random * sum;
        for (var i = 0; i < Count; i++)
        {
            target -= _probabilities[i];
            if (target < 0)
                return _tokens[i];
        }

        return _tokens[0]; // rounding ate the last sliver
    }

    private void TakeAll(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_logits);
        for (var i = 0; i < logits.Length; i++)
            _tokens[i] = i;
        Count = logits.Length;
        // Sorted by negated logit: ascending order with ties in any order, then mended below.
        TensorPrimitives.Negate(_logits, _logits);
        Array.Sort(_logits, _tokens);
        TensorPrimitives.Negate(_logits, _logits);
        for (var start = 0; start < Count;)
        {
            var end = start + 1;
            while (end < Count && _logits[end] == _logits[start])
                end++;
            if (end - start > 1)
                _tokens.AsSpan(start, end - start).Sort();
            start = end;
        }
    }

    // A heap of the best k with the worst on top: one comparison for nearly every token of a large vocabulary.
    private void SelectTop(ReadOnlySpan<float> logits, int k)
    {
        for (var token = 0; token < logits.Length; token++)
        {
            var logit = logits[token];
            if (Count < k)
            {
                SiftUp(Count++, token, logit);
            }
            else if (logit > _logits[0])
            {
                SiftDown(0, Count, token, logit);
            }
        }

        for (var last = Count - 1; last > 0; last--)
        {
            var (token, logit) = (_tokens[last], _logits[last]);
            (_tokens[last], _logits[last]) = (_tokens[0], _logits[0]);
            SiftDown(0, last, token, logit);
        }
    }

    private void SiftUp(int index, int token, float logit)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!IsWorse(token, logit, parent))
                break;
            (_tokens[index], _logits[index]) = (_tokens[parent], _logits[parent]);
            index = parent;
        }

        (_tokens[index], _logits[index]) = (token, logit);
    }

    private void SiftDown(int index, int count, int token, float logit)
    {
        while (true)
        {
            var child = 2 * index + 1;
            if (child >= count)
                break;
            if (child + 1 < count && IsWorse(_tokens[child + 1], _logits[child + 1], child))
                child++;
            if (IsWorse(token, logit, child))
                break;
            (_tokens[index], _logits[index]) = (_tokens[child], _logits[child]);
            index = child;
        }

        (_tokens[index], _logits[index]) = (token, logit);
    }

    private bool IsWorse(int token, float logit, int than) =>
        logit < _logits[than] || (logit == _logits[than] && token > _tokens[than]);
}
