using Vibee.Engine;

namespace Vibee.Trinity.Tests.Models;

/// <summary>Drives a runner as the engine does, always choosing the most likely token.</summary>
internal static class Greedy
{
    /// <summary>Evaluates a prompt in slot 0 and generates up to <paramref name="count"/> tokens.</summary>
    public static List<int> Generate(IModelRunner runner, IReadOnlyList<int> prompt, int count, int slot = 0)
    {
        var generated = new List<int>();
        var next = ArgMax(Evaluate(runner, prompt, 0, slot));
        while (true)
        {
            generated.Add(next);
            if (generated.Count == count || runner.Tokenizer.EndOfGenerationTokens.Contains(next))
                break;
            next = ArgMax(Evaluate(runner, [next], prompt.Count + generated.Count - 1, slot));
        }

        runner.Truncate(slot, 0);
        return generated;
    }

    /// <summary>Evaluates tokens in as many batches as it takes.</summary>
    /// <returns>The logits after the last.</returns>
    public static float[] Evaluate(IModelRunner runner, IReadOnlyList<int> tokens, int position, int slot = 0, int chunk = int.MaxValue)
    {
        var batch = new Batch(Math.Min(chunk, runner.Capacity.BatchTokens));
        var index = -1;
        for (var i = 0; i < tokens.Count; i++)
        {
            index = batch.Add(tokens[i], position + i, slot, i == tokens.Count - 1);
            if (batch.Count < batch.Capacity && i < tokens.Count - 1)
                continue;
            Assert.Equal(ForwardResult.Done, runner.Forward(batch));
            if (i < tokens.Count - 1)
                batch.Clear();
        }

        return runner.Logits(index).ToArray();
    }

    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }

        return best;
    }
}
