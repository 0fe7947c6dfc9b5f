using System.Numerics.Tensors;
using Vibee.Engine;

namespace Vibee.Bench.Accuracy;

/// <summary>Prompts that a model would meet: its own most likely continuations of random tokens.</summary>
internal static class Prompts
{
    public static List<int[]> Generate(IModelRunner runner, int count, int length)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => Continue(runner, random.Next(runner.Tokenizer.VocabularySize), length))];
    }

    private static int[] Continue(IModelRunner runner, int token, int length)
    {
        var batch = new Batch(1);
        var tokens = new int[length];
        for (var position = 0; position < length; position++)
        {
            // Where the model would begin: some attend to nothing well without it.
            tokens[position] = position == 0 && runner.Tokenizer.BeginToken is { } begin ? begin : token;
            batch.Clear();
            batch.Add(tokens[position], position, 0, wantsLogits: true);
            runner.Forward(batch);
            if (position > 0)
                token = TensorPrimitives.IndexOfMax(runner.Logits(0));
        }

        runner.Truncate(0, 0);
        return tokens;
    }
}
