using Vibee.Engine;

namespace Vibee.Bench.Accuracy;

/// <summary>The logits of every position of some prompts, as a runner computes them.</summary>
/// <param name="Rows">[prompt and position][vocabulary]</param>
internal sealed record Logits(IReadOnlyList<float[]> Rows)
{
    /// <param name="runner">Its slot 0 is used, and left empty.</param>
    /// <param name="prompts">Tokens, no more than a slot holds.</param>
    public static Logits Of(IModelRunner runner, IEnumerable<int[]> prompts)
    {
        var rows = new List<float[]>();
        foreach (var prompt in prompts)
        {
            for (var start = 0; start < prompt.Length;)
                start += Evaluate(runner, prompt, start, rows);
            runner.Truncate(0, 0);
        }

        return new Logits(rows);
    }

    /// <summary>|this − <paramref name="reference"/>| / |reference|, of all numbers together.</summary>
    public double DistanceTo(Logits reference)
    {
        double difference = 0, norm = 0;
        foreach (var (row, expected) in Rows.Zip(reference.Rows))
        {
            for (var i = 0; i < expected.Length; i++)
            {
                difference += Math.Pow((double)row[i] - expected[i], 2);
                norm += Math.Pow(expected[i], 2);
            }
        }

        return Math.Sqrt(difference / norm);
    }

    // As many tokens as may ask for logits at once.
    private static int Evaluate(IModelRunner runner, int[] prompt, int start, List<float[]> rows)
    {
        var count = Math.Min(Math.Min(runner.Capacity.BatchLogits, runner.Capacity.BatchTokens), prompt.Length - start);
        var batch = new Batch(count);
        for (var i = 0; i < count; i++)
            batch.Add(prompt[start + i], start + i, 0, wantsLogits: true);
        if (runner.Forward(batch) != ForwardResult.Done)
            throw new RunnerException($"{prompt.Length} tokens do not fit into the KV cache.");
        for (var i = 0; i < count; i++)
            rows.Add(runner.Logits(i).ToArray());
        return count;
    }
}
