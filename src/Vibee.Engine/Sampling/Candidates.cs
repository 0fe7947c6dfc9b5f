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
    private float[]? _kept;

    public int Count { get; private set; }

    /// <summary>Tokens that were met, for who must treat each of them once.</summary>
    public TokenMarks Seen { get; } = new(vocabularySize);

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public ReadOnlySpan<float> Logits => _logits.AsSpan(0, Count);

    /// <summary>Copies logits that are about to be changed; the copy is valid until the next.</summary>
    public float[] Keep(ReadOnlySpan<float> logits)
    {
        _kept ??= new float[vocabularySize]; // few ever ask for probabilities
        logits.CopyTo(_kept);
        return _kept;
    }

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

    /// <summary>Keeps the tokens that <see cref="CutMinP"/> would leave of all, sorted.</summary>
    public void TakeNear(ReadOnlySpan<float> logits, float share)
    {
        var threshold = TensorPrimitives.Max(logits) + MathF.Log(share);
        Count = 0;
        for (var token = 0; token < logits.Length; token++)
        {
            if (logits[token] >= threshold)
                (_tokens[Count], _logits[Count++]) = (token, logits[token]);
        }

        Sort();
    }

    /// <summary>The sum of e^((logit − highest logit) / temperature) over the candidates.</summary>
    public double ExponentialSum(float temperature = 1) => ExponentialSum(Logits, _logits[0], temperature);

    /// <summary>The same over <paramref name="logits"/>, whose highest is <paramref name="max"/>.</summary>
    public static double ExponentialSum(ReadOnlySpan<float> logits, float max, float temperature = 1)
    {
        var sum = 0.0;
        foreach (var logit in logits)
            sum += Math.Exp(((double)logit - max) / temperature);
        return sum;
    }

    /// <summary>Chooses the candidate in whose share <paramref name="target"/> lies when the shares, in the unit of
    /// <see cref="ExponentialSum(float)"/>, are laid side by side; null if it lies beyond them.</summary>
    public int? Draw(float temperature, double target)
    {
        for (var i = 0; i < Count; i++)
        {
            target -= Math.Exp(((double)_logits[i] - _logits[0]) / temperature);
            if (target < 0)
                return _tokens[i];
        }

        return null;
    }

    private void TakeAll(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_logits);
        for (var i = 0; i < logits.Length; i++)
            _tokens[i] = i;
        Count = logits.Length;
        Sort();
    }

    private void Sort()
    {
        // Sorted by negated logit: ascending order with ties in any order, then mended below.
        var logits = _logits.AsSpan(0, Count);
        TensorPrimitives.Negate(logits, logits);
        logits.Sort(_tokens.AsSpan(0, Count));
        TensorPrimitives.Negate(logits, logits);
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
