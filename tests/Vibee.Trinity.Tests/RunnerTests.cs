using System.Diagnostics;
using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Tests.Models;

namespace Vibee.Trinity.Tests;

/// <summary>The promises of <see cref="IModelRunner"/>, kept bit for bit.</summary>
public sealed class RunnerTests
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 90).Select(i => i * 37 % 500)];

    [Fact]
    public void Forward_AnyChunksThreadsAndCompany_LogitsAreTheSameBits()
    {
        using var alone = Load(threads: 1);
        var expected = new List<float[]>();
        for (var i = 0; i < Prompt.Length; i++)
            expected.Add(Greedy.Evaluate(alone, [Prompt[i]], i));

        var random = new Random(5);
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var runner = Load(threads);
            for (var round = 0; round < 4; round++)
            {
                EvaluateInCompany(runner, expected, random);
                for (var slot = 0; slot < runner.Capacity.Slots; slot++)
                    runner.Truncate(slot, 0);
            }
        }
    }

    [Fact]
    public void LastProgress_WhileEvaluating_GoesOn()
    {
        using var runner = Load(threads: 2);
        var before = Stopwatch.GetTimestamp();
        Greedy.Evaluate(runner, [Prompt[0]], 0);
        Assert.InRange(runner.LastProgress, before, Stopwatch.GetTimestamp());
    }

    [Theory]
    [InlineData("models/igla-tiny-F16.gguf")]
    [InlineData("models/igla-tiny.gguf")]
    [InlineData("models/quant/llama-TQ2_0.gguf")]
    [InlineData("models/arch/llama-moe-Q8_0.gguf")]
    [InlineData("models/arch/gemma3-dense-Q8_0.gguf")]
    [InlineData("models/arch/phi2-dense-Q8_0.gguf")]
    public void Forward_WholeOrTokenByToken_LogitsAreTheSameBits(string model)
    {
        var path = Files.Shared(model);
        int[] prompt = [.. Prompt.Select(token => token % 128)];
        using var one = TrinityRunner.Load(new TrinityOptions { Path = path, ContextLength = 128, Threads = 1 });
        using var many = TrinityRunner.Load(new TrinityOptions { Path = path, ContextLength = 128, Threads = 3 });
        var expected = Greedy.Evaluate(one, prompt, 0, chunk: 1);
        Assert.Equal(expected, Greedy.Evaluate(many, prompt, 0));
        many.Truncate(0, 0);
        Assert.Equal(expected, Greedy.Evaluate(many, prompt, 0, chunk: 7));
    }

    [Fact]
    public void Fork_BothContinue_EachAsIfAlone()
    {
        using var runner = Load(threads: 2);
        var whole = Greedy.Evaluate(runner, [.. Prompt[..40], 1, 2, 3], 0);
        runner.Truncate(0, 0);
        Greedy.Evaluate(runner, Prompt[..45], 0);
        runner.Fork(0, 1, 40);
        var rest = Greedy.Evaluate(runner, Prompt[45..], 45);
        Assert.Equal(whole, Greedy.Evaluate(runner, [1, 2, 3], 40, slot: 1));
        runner.Truncate(0, 0);
        Assert.Equal(rest, Greedy.Evaluate(runner, Prompt, 0));
    }

    [Fact]
    public void Truncate_ThenOtherTokens_AsIfTheFirstHadNeverBeen()
    {
        using var runner = Load(threads: 2);
        var expected = Greedy.Evaluate(runner, [.. Prompt[..50], 7, 8], 0);
        runner.Truncate(0, 0);
        Greedy.Evaluate(runner, Prompt, 0);
        Assert.True(runner.Truncate(0, 50));
        Assert.Equal(expected, Greedy.Evaluate(runner, [7, 8], 50));
    }

    [Fact]
    public void Restore_WhatSaveReturned_GoesOnAsBefore()
    {
        using var runner = Load(threads: 2);
        Greedy.Evaluate(runner, Prompt[..70], 0);
        var state = runner.Save(0)!;
        var expected = Greedy.Evaluate(runner, Prompt[70..], 70);

        Assert.True(runner.Restore(2, state, 70));
        Assert.Equal(expected, Greedy.Evaluate(runner, Prompt[70..], 70, slot: 2));
        using var other = Load(threads: 1);
        Assert.True(other.Restore(0, state, 70));
        Assert.Equal(expected, Greedy.Evaluate(other, Prompt[70..], 70));
    }

    [Fact]
    public void Restore_ForeignBytes_IsRefusedAndTheSlotStaysEmpty()
    {
        using var runner = Load(threads: 1);
        Greedy.Evaluate(runner, Prompt, 0);
        var state = runner.Save(0)!;
        Assert.False(runner.Restore(1, [], Prompt.Length));
        Assert.False(runner.Restore(1, state.AsSpan(0, state.Length - 1), Prompt.Length));
        Assert.False(runner.Restore(1, new byte[state.Length], Prompt.Length));
        Assert.False(runner.Restore(1, state, Prompt.Length - 1));
        state[4] ^= 0xff;
        Assert.False(runner.Restore(1, state, Prompt.Length));
        Greedy.Evaluate(runner, Prompt, 0, slot: 1);
    }

    [Fact]
    public void Forward_NoFreeCells_SaysSoAndGoesOnAfterTruncate()
    {
        using var runner = TrinityRunner.Load(Options(threads: 1) with { KvCells = 64 });
        Greedy.Evaluate(runner, Prompt[..64], 0);
        var batch = new Batch(1);
        batch.Add(1, 64, 0, true);
        Assert.Equal(ForwardResult.CacheFull, runner.Forward(batch));
        runner.Truncate(0, 32);
        Greedy.Evaluate(runner, Prompt[32..40], 32);
    }

    [Theory]
    [InlineData("stories260K.gguf", KvType.F16)]
    [InlineData("stories260K.gguf", KvType.Q8)]
    [InlineData("igla-tiny.gguf", KvType.F16)]
    public void Forward_Decode_AllocatesNothing(string model, KvType type)
    {
        using var runner = TrinityRunner.Load(Options(threads: 2) with { Path = Files.Model(model), KvType = type });
        AssertDecodesWithoutAllocating(runner);
    }

    [Fact]
    public void Forward_DecodeOfI2S_AllocatesNothing()
    {
        var path = Path.Combine(Path.GetTempPath(), $"vibee-{Guid.NewGuid():n}.gguf");
        try
        {
            I2sModel.Convert(Files.Model("igla-tiny.gguf"), path);
            using var runner = TrinityRunner.Load(Options(threads: 2) with { Path = path });
            AssertDecodesWithoutAllocating(runner);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("stories260K.gguf", 0.03)]
    [InlineData("igla-tiny.gguf", 0.03)]
    public void Forward_KvCacheOf8Bits_LogitsStayClose(string model, double tolerance)
    {
        using var full = TrinityRunner.Load(Options(threads: 1) with { Path = Files.Model(model) });
        using var small = TrinityRunner.Load(Options(threads: 1) with { Path = Files.Model(model), KvType = KvType.Q8 });
        var expected = Greedy.Evaluate(full, Prompt, 0);
        var actual = Greedy.Evaluate(small, Prompt, 0, chunk: 7);
        Assert.InRange(Norm(expected.Zip(actual, (a, b) => a - b)) / Norm(expected), 1e-7, tolerance);

        static double Norm(IEnumerable<float> values) => Math.Sqrt(values.Sum(value => (double)value * value));
    }

    [Fact]
    public void KvCacheOf8Bits_Memory_IsLittleMoreThanHalf()
    {
        using var full = TrinityRunner.Load(Options(threads: 1) with { Path = Files.Model("igla-tiny.gguf") });
        using var small = TrinityRunner.Load(Options(threads: 1) with { Path = Files.Model("igla-tiny.gguf"), KvType = KvType.Q8 });
        Assert.Equal(Piece(full, "The KV cache") * 34 / 64, Piece(small, "The KV cache"));
        Greedy.Evaluate(full, Prompt, 0);
        Assert.False(small.Restore(1, full.Save(0), Prompt.Length));
    }

    private static void AssertDecodesWithoutAllocating(TrinityRunner runner)
    {
        Greedy.Evaluate(runner, Prompt[..20], 0);
        var batch = new Batch(1);
        for (var position = 20; position < 40; position++)
            Decode(position);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var position = 40; position < 80; position++)
            Decode(position);
        // Every worker runs the same code; this thread is one of them.
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Decode(int position)
        {
            batch.Clear();
            batch.Add(Prompt[position], position, 0, true);
            runner.Forward(batch);
        }
    }

    [Theory]
    [InlineData(512, 0, 0)]
    [InlineData(-1, 0, 0)]
    [InlineData(1, 1, 0)]
    [InlineData(1, 0, 9)]
    public void Forward_ImpossibleToken_IsRefusedBeforeAnythingIsRead(int token, int position, int slot)
    {
        using var runner = Load(threads: 1);
        var batch = new Batch(1);
        batch.Add(token, position, slot, true);
        Assert.Throws<ArgumentException>(() => runner.Forward(batch));
        Greedy.Evaluate(runner, Prompt, 0);
    }

    [Fact]
    public void Load_BudgetTooSmall_IsRefusedAndNothingStaysBooked()
    {
        var memory = new MemoryBudget(1_300_000);
        var refusal = Assert.Throws<RunnerException>(() => TrinityRunner.Load(Options(1) with { Memory = memory }));
        Assert.Contains("--memory", refusal.Message);
        Assert.Equal(0, memory.Used);
    }

    [Fact]
    public void Load_Progress_RisesInManyStepsToOne()
    {
        var steps = new Steps();
        TrinityRunner.Load(Options(1) with { Progress = steps }).Dispose();
        Assert.Equal(steps.Order(), steps);
        Assert.Equal(1, steps[^1]);
        Assert.InRange(steps.Distinct().Count(), 20, int.MaxValue);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Load_CancelledOnTheWay_EndsAndLeavesNothing(double at)
    {
        using var cancellation = new CancellationTokenSource();
        var memory = new MemoryBudget();
        var steps = new Steps { Reached = share => { if (share >= at) cancellation.Cancel(); } };
        Assert.ThrowsAny<OperationCanceledException>(
            () => TrinityRunner.Load(Options(1) with { Memory = memory, Progress = steps, Cancellation = cancellation.Token }));
        Assert.Equal(0, memory.Used);
        Assert.InRange(steps[^1], at, 0.99);
    }

    private sealed class Steps : List<float>, IProgress<float>
    {
        public Action<float> Reached { get; init; } = _ => { };

        public void Report(float value)
        {
            Add(value);
            Reached(value);
        }
    }

    [Fact]
    public void Memory_AfterLoad_IsExactAndGoneAfterDispose()
    {
        var memory = new MemoryBudget();
        using (var runner = TrinityRunner.Load(Options(1) with { Memory = memory }))
        {
            Assert.Equal(
                ["The weights", "The norms and biases", "The tokenizer", "The tables of the KV cache", "The KV cache", "The logits", "Buffers"],
                runner.Memory.Select(piece => piece.Purpose));
            // 11 norms of 64 floats; no biases
            Assert.Equal(11 * 64 * 4, Piece(runner, "The norms and biases"));
            // The texts of 512 tokens, what they add to a text, their scores, and a table to find them.
            Assert.InRange(Piece(runner, "The tokenizer"), 512 * 20, 512 * 200);
            // 12 blocks with 4 numbers each, and 4 for each of 3 slots
            Assert.Equal(4 * (12 * 4 + 3 * 4), Piece(runner, "The tables of the KV cache"));
            // 5 layers, keys and values of 4 heads of 8 components of 2 bytes, 128 positions in each of 3 slots
            Assert.Equal(5L * 2 * 4 * 8 * 2 * 128 * 3, Piece(runner, "The KV cache"));
            var empty = runner.MemoryUse;
            Assert.Equal(memory.Used, empty.WeightBytes + empty.KvBytes + empty.ScratchBytes);
            Assert.Equal((12, 0), (empty.KvBlocks, empty.KvBlocksUsed));
            Greedy.Evaluate(runner, Prompt[..33], 0);
            runner.Fork(0, 1, 33);
            Assert.Equal(empty with { KvBlocksUsed = 2 }, runner.MemoryUse);
        }

        Assert.Equal(0, memory.Used);
    }

    [Fact]
    public void CanRun_UnknownArchitecture_NamesIt()
    {
        using var known = GgufFile.Open(Files.Model("igla-tiny.gguf"));
        Assert.True(TrinityRunner.CanRun(known, 0, out _));
        using var unknown = GgufFile.Open(Files.Shared("models/arch/mamba-dense-Q8_0.gguf"));
        Assert.False(TrinityRunner.CanRun(unknown, 0, out var reason));
        Assert.Contains("mamba", reason);
    }

    [Fact]
    public void CanRun_MoreContextThanLearnedPositions_NamesTheLimit()
    {
        using var file = GgufFile.Open(Files.Shared("models/arch/gpt2-dense-Q8_0.gguf"));
        Assert.True(TrinityRunner.CanRun(file, 0, out _));
        Assert.False(TrinityRunner.CanRun(file, 1 << 20, out var reason));
        Assert.Contains("--ctx", reason);
    }

    [Fact]
    public void Load_CellsOfFewerThanAContext_SizesTheTablesByThem()
    {
        using var runner = TrinityRunner.Load(Options(1) with { ContextLength = 1 << 20, KvCells = 64, PrefixSlots = 60 });
        Assert.Equal(4 * (2 * 4 + 63 * 2), Piece(runner, "The tables of the KV cache"));
        Assert.InRange(Piece(runner, "Buffers"), 1, 4 << 20);
    }

    [Theory]
    [InlineData("The norms and biases")]
    [InlineData("The tokenizer")]
    [InlineData("The tables of the KV cache")]
    [InlineData("The KV cache")]
    [InlineData("The logits")]
    [InlineData("Buffers")]
    public void Load_NoRoomForAPiece_IsRefusedByNameAndNothingStaysBooked(string purpose)
    {
        long before;
        using (var runner = Load(threads: 1))
            before = runner.Memory.TakeWhile(piece => piece.Purpose != purpose).Sum(piece => piece.Bytes);
        var memory = new MemoryBudget(before + 1);
        var refusal = Assert.Throws<RunnerException>(() => TrinityRunner.Load(Options(1) with { Memory = memory }));
        Assert.StartsWith(purpose, refusal.Message);
        Assert.Equal(0, memory.Used);
    }

    [Fact]
    public void Forward_MoreLogitsThanThereIsRoomFor_IsRefusedAndNothingHappens()
    {
        using var runner = Load(threads: 1);
        var batch = new Batch(64);
        for (var i = 0; i <= runner.Capacity.BatchLogits; i++)
            batch.Add(i, i, 0, wantsLogits: true);
        Assert.Throws<ArgumentException>(() => runner.Forward(batch));
        Greedy.Evaluate(runner, Prompt, 0);
    }

    [Fact]
    public void Fork_ImpossibleLengthOrSlot_IsRefused()
    {
        using var runner = Load(threads: 1);
        Greedy.Evaluate(runner, Prompt[..40], 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Fork(0, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Fork(0, 1, 41));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Fork(0, 3, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Fork(-1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Truncate(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Save(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Restore(3, [], 0));
    }

    [Fact]
    public void Load_ImpossibleOptions_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TrinityRunner.Load(Options(1) with { PrefixSlots = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TrinityRunner.Load(Options(1) with { PrefixSlots = int.MaxValue }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TrinityRunner.Load(Options(1) with { KvCells = -1 }));
    }

    private static long Piece(TrinityRunner runner, string purpose) => runner.Memory.Single(piece => piece.Purpose == purpose).Bytes;

    /// <summary>The prompt in slot 1 in random pieces, while other slots evaluate something else.</summary>
    private static void EvaluateInCompany(TrinityRunner runner, List<float[]> expected, Random random)
    {
        var (done, others) = (0, new int[runner.Capacity.Slots]);
        while (done < Prompt.Length)
        {
            var batch = new Batch(64);
            var before = random.Next(12);
            for (var i = 0; i < before && others[0] < 120; i++)
                batch.Add(random.Next(512), others[0]++, 0, random.Next(3) == 0);
            var count = Math.Min(1 + random.Next(30), Prompt.Length - done);
            // A batch has room for the logits of so many tokens.
            var left = runner.Capacity.BatchLogits - batch.WantsLogits.Count(true);
            var indexes = Enumerable.Range(done, count).Select(i => (i, batch.Add(Prompt[i], i, 1, i < done + left))).ToArray().Take(left);
            for (var i = random.Next(12); i > 0 && others[2] < 120; i--)
                batch.Add(random.Next(512), others[2]++, 2, false);

            Assert.Equal(ForwardResult.Done, runner.Forward(batch));
            foreach (var (position, index) in indexes)
                Assert.Equal(expected[position], runner.Logits(index));
            done += count;
        }
    }

    private static TrinityRunner Load(int threads) => TrinityRunner.Load(Options(threads));

    private static TrinityOptions Options(int threads) => new()
    {
        Path = Files.Model("stories260K.gguf"),
        ContextLength = 128,
        Slots = 3,
        BatchTokens = 96,
        Threads = threads,
    };
}
