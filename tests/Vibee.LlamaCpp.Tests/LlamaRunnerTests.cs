using System.Diagnostics;
using Vibee.Engine;

namespace Vibee.LlamaCpp.Tests;

public sealed class LlamaRunnerTests
{
    private static readonly string Stories = Repository.Model("stories260K.gguf");

    [Fact]
    public void Forward_StoriesModel_TellsTheStory()
    {
        using var runner = Generation.Load(Stories);
        var prompt = runner.Tokenizer.Encode("Once upon a time", addSpecial: true, parseSpecial: false);

        var tokens = runner.Generate(prompt, 30);

        Assert.StartsWith(", there was a little girl named Lily. She loved to play outside in the park.", runner.Tokenizer.Decode(tokens));
    }

    [Fact]
    public void LastProgress_WhileEvaluating_GoesOn()
    {
        using var runner = Generation.Load(Stories);
        var before = Stopwatch.GetTimestamp();
        runner.Generate(runner.Tokenizer.Encode("Once upon a time", addSpecial: true, parseSpecial: false), 1);
        var after = Stopwatch.GetTimestamp();
        Assert.InRange(runner.LastProgress, before, after);
        runner.Dispose();
        Assert.InRange(runner.LastProgress, before, after); // may be asked for after the end
    }

    [Fact]
    public void Forward_IglaTiny_GreetsAndEndsItsTurn()
    {
        using var runner = Generation.Load(Repository.Model("igla-tiny.gguf"));
        var prompt = runner.Tokenizer.Encode(
            "<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n", addSpecial: true, parseSpecial: true);

        var tokens = runner.Generate(prompt, 40);

        Assert.Equal("Hello! I am iGLA assistant. How can I help you?", runner.Tokenizer.Decode(tokens));
        Assert.Contains(tokens[^1], runner.Tokenizer.EndOfGenerationTokens);
    }

    [Fact]
    public void Load_StoriesModel_KnowsItself()
    {
        using var runner = Generation.Load(Stories, contextLength: 100, slots: 3, batchTokens: 32);

        Assert.Equal("llama", runner.Model.Architecture);
        Assert.Equal(512, runner.Model.TrainedContextLength);
        Assert.Equal(64, runner.Model.EmbeddingLength);
        Assert.Equal(3, runner.Capacity.Slots);
        Assert.Equal(32, runner.Capacity.BatchTokens);
        Assert.Equal(100, runner.Capacity.ContextLength);
        Assert.InRange(runner.Capacity.KvCells, 300, 512);
        Assert.Equal("<s>", runner.Model.BeginText.Trim());
    }

    [Fact]
    public void Forward_SlotsTogetherInOneBatch_EqualsEachAlone()
    {
        using var runner = Generation.Load(Stories);
        string[] texts = ["Once upon a time", "The little dog was", "Lily and Tom went to the"];
        var prompts = texts.Select(text => runner.Tokenizer.Encode(text, true, false)).ToArray();
        var alone = prompts.Select(prompt =>
        {
            var token = runner.Evaluate(prompt);
            runner.Truncate(0, 0);
            return token;
        }).ToArray();

        var batch = new Batch(runner.Capacity.BatchTokens);
        var indices = new int[prompts.Length];
        for (var slot = 0; slot < prompts.Length; slot++)
        {
            for (var i = 0; i < prompts[slot].Length; i++)
                indices[slot] = batch.Add(prompts[slot][i], i, slot, i == prompts[slot].Length - 1);
        }

        Assert.Equal(ForwardResult.Done, runner.Forward(batch));
        Assert.Equal(alone, indices.Select(index => System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(runner.Logits(index))));
    }

    [Fact]
    public void Forward_MoreCellsThanThereAre_IsFullAndChangesNothing()
    {
        using var runner = Generation.Load(Stories, contextLength: 128, slots: 2, batchTokens: 200);
        var prompt = runner.Tokenizer.Encode("Once upon a time", true, false);
        var expected = runner.Generate(prompt, 8);
        runner.Truncate(0, 0);
        var first = runner.Evaluate(prompt);

        var batch = new Batch(200);
        var filled = 0;
        ForwardResult result;
        do
        {
            batch.Clear();
            for (var i = 0; i < 100; i++)
                batch.Add(100 + i, filled + i, 1, wantsLogits: false);
            result = runner.Forward(batch);
            filled += 100;
        }
        while (result == ForwardResult.Done && filled < 10_000);

        Assert.Equal(ForwardResult.CacheFull, result);
        Assert.True(runner.Truncate(1, 0));
        Assert.Equal(expected, runner.Continue(first, prompt.Length, 8));
    }

    [Fact]
    public void Fork_SharedPrefix_BothContinueOnTheirOwn()
    {
        using var runner = Generation.Load(Stories);
        var prompt = runner.Tokenizer.Encode("Once upon a time, there was a big dog. The dog", true, false);
        var expected = runner.Generate(prompt, 12);
        runner.Truncate(0, 0);
        var other = runner.Generate(runner.Tokenizer.Encode("Once upon a time there were two birds", true, false), 12);
        runner.Truncate(0, 0);

        runner.Evaluate(prompt);
        runner.Fork(0, 1, 5);
        runner.Fork(0, 2, prompt.Length - 1);
        runner.Truncate(0, 0);
        var fromFork = runner.Evaluate(prompt.AsSpan(5), 5, slot: 1);
        var fromLongFork = runner.Evaluate(prompt.AsSpan(^1..), prompt.Length - 1, slot: 2);
        var fromEmptied = runner.Generate(runner.Tokenizer.Encode("Once upon a time there were two birds", true, false), 12);

        Assert.Equal(expected, runner.Continue(fromFork, prompt.Length, 12, slot: 1));
        Assert.Equal(expected, runner.Continue(fromLongFork, prompt.Length, 12, slot: 2));
        Assert.Equal(other, fromEmptied);
    }

    [Fact]
    public void Truncate_PartOfASlot_ForgetsOnlyThat()
    {
        using var runner = Generation.Load(Stories);
        var prompt = runner.Tokenizer.Encode("The little dog was", true, false);
        var expected = runner.Generate(prompt, 12);

        Assert.True(runner.Truncate(0, prompt.Length));
        Assert.True(runner.Truncate(0, prompt.Length - 2));

        Assert.Equal(expected[0], runner.Evaluate(prompt.AsSpan(^2..), prompt.Length - 2));
    }

    [Fact]
    public void Restore_SavedSlot_ContinuesInAnother()
    {
        using var runner = Generation.Load(Stories);
        var prompt = runner.Tokenizer.Encode("Lily and Tom went to the", true, false);
        var first = runner.Evaluate(prompt);
        var state = runner.Save(0)!;
        var expected = runner.Continue(first, prompt.Length, 12);

        using var second = Generation.Load(Stories);
        Assert.True(second.Restore(2, state, prompt.Length));

        Assert.Equal(expected, second.Continue(first, prompt.Length, 12, slot: 2));
        Assert.False(second.Restore(1, state.AsSpan(0, state.Length / 2), prompt.Length));
        Assert.False(second.Restore(1, state, prompt.Length + 1));
        Assert.False(second.Restore(1, [], prompt.Length));
        Assert.Equal(expected[0], second.Evaluate(prompt, 0, slot: 1));
    }

    [Fact]
    public void Forward_BatchThatBreaksTheContract_IsRefused()
    {
        using var runner = Generation.Load(Stories, slots: 1, batchTokens: 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Forward(Filled(9, slot: 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Forward(Filled(1, slot: 1)));
        Assert.Throws<ArgumentException>(() => runner.Forward(Filled(2, slot: 0, wantsLogits: true)));
        Assert.Throws<ArgumentException>(() => runner.Logits(7));
        Assert.Throws<RunnerException>(() => runner.Forward(Filled(1, slot: 0, token: 1_000_000)));

        static Batch Filled(int count, int slot, bool wantsLogits = false, int token = 1)
        {
            var batch = new Batch(count);
            for (var i = 0; i < count; i++)
                batch.Add(token, i, slot, wantsLogits);
            return batch;
        }
    }

    [Fact]
    public void Forward_EveryTokenWantsLogits_EachHasItsRow()
    {
        using var runner = Generation.Load(new LlamaOptions { ModelPath = Stories, BatchTokens = 64, BatchLogits = 64, Threads = 2 });
        var prompt = runner.Tokenizer.Encode("Once upon a time, there was a", true, false);
        var batch = new Batch(64);
        for (var i = 0; i < prompt.Length; i++)
            batch.Add(prompt[i], i, 0, wantsLogits: i % 2 == 1);
        runner.Forward(batch);
        var odd = prompt.Select((_, i) => i % 2 == 1 ? runner.Logits(i).ToArray() : null).ToArray();

        for (var i = 1; i < prompt.Length; i += 2)
        {
            runner.Truncate(0, 0);
            var best = runner.Evaluate(prompt.AsSpan(0, i + 1));
            Assert.Equal(best, System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(odd[i]!));
        }
    }

    [Fact]
    public void Forward_SteadyDecode_AllocatesNothing()
    {
        using var runner = Generation.Load(Stories);
        var batch = new Batch(64);
        Step(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var position = 1; position < 100; position++)
            Step(position);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step(int position)
        {
            batch.Clear();
            batch.Add(1, position, 0, wantsLogits: true);
            runner.Forward(batch);
            _ = runner.Logits(0)[0];
        }
    }

    [Fact]
    public void Dispose_Twice_AndEncodeAfterwards_IsRefusedNotFatal()
    {
        var runner = Generation.Load(Stories);
        runner.Dispose();
        runner.Dispose();
        Assert.Throws<ObjectDisposedException>(() => runner.Tokenizer.Encode("Hello", true, false));
        Assert.NotEmpty(runner.Tokenizer.Bytes(300).ToArray());
    }
}
