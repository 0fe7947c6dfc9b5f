using Vibee.Engine.Scheduling;

namespace Vibee.Engine.Speculation;

/// <summary>
/// How much of each draft a step evaluates, so that it says the most tokens in a second. Each further token of a draft is
/// worth the chance that it and all before it are right; the worthiest are taken first, whosever they are, and as many of
/// them as pay for the time they add. Pure arithmetic: no clock.
/// </summary>
internal sealed class DraftLengths(int parallel)
{
    /// <summary>So much more must be expected: an estimate that is a little wrong must not cost anything.</summary>
    private const double Margin = 1.1;

    private readonly double[] _worth = new double[parallel];    // of the next token of each draft
    private readonly double[] _expected = new double[parallel]; // tokens that each stream says in the step
    private readonly int[] _order = new int[parallel * Draft.Longest];

    /// <summary>Chooses the lengths. No stream is slowed down for drafts of others by more than it would be for prompts.</summary>
    /// <param name="chances">Of each stream: <see cref="Draft.Chance"/>.</param>
    /// <param name="lengths">Of each stream: the length of its draft, 0 for none; then how much of it is worth it.</param>
    /// <param name="room">The most tokens in all.</param>
    /// <param name="seconds">How long the step takes with so many tokens more; 0 is unknown, and then nothing is tried.</param>
    public void Choose(ReadOnlySpan<double> chances, Span<int> lengths, int room, Func<int, double> seconds)
    {
        var (best, bestRate) = (0, Margin);
        var alone = seconds(0);
        for (var i = 0; i < lengths.Length; i++)
            (_worth[i], _expected[i]) = (chances[i], 1);

        double total = lengths.Length;
        Span<int> left = stackalloc int[lengths.Length];
        lengths.CopyTo(left);
        for (var count = 0; alone > 0 && count < room && Worthiest(left) is >= 0 and var stream; )
        {
            total += _worth[stream];
            _expected[stream] += _worth[stream];
            _worth[stream] *= chances[stream];
            left[stream]--;
            _order[count++] = stream;
            var longer = seconds(count) / alone;
            var rate = total / lengths.Length / longer;
            if (rate > bestRate && longer <= StepBudget.MostSlowdown * Least(lengths.Length))
                (best, bestRate) = (count, rate);
        }

        lengths.Clear();
        foreach (var stream in _order.AsSpan(0, best))
            lengths[stream]++;
    }

    private int Worthiest(ReadOnlySpan<int> left)
    {
        var best = -1;
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] > 0 && (best < 0 || _worth[i] > _worth[best]))
                best = i;
        }

        return best;
    }

    private double Least(int count)
    {
        var least = double.MaxValue;
        foreach (var expected in _expected.AsSpan(0, count))
            least = Math.Min(least, expected);
        return least;
    }
}
