using Vibee.Engine.Runners;
using Vibee.Engine.Sampling;

namespace Vibee.Engine.Tests;

public class InferenceEngineTests
{
    [Fact]
    public async Task Submit_OneSequence_StartsGeneratesAndEnds()
    {
        await using var test = new TestEngine(TestEngine.Runner(tokens => tokens.Length < 6 ? 'a' : 256));

        var events = await TestEngine.ReadAsync(test.Submit([1, 2, 3], 100));

        Assert.Equal(GenerationEventKind.Started, events[0].Kind);
        Assert.Equal(['a', 'a', 'a', 256], TestEngine.Tokens(events));
        Assert.Equal(FinishReason.Stop, events[^1].Reason);
    }

    [Fact]
    public async Task Submit_TokenLimit_EndsWithLength()
    {
        await using var test = new TestEngine(TestEngine.Runner(TestEngine.Hash));

        var events = await TestEngine.ReadAsync(test.Submit([1, 2, 3], 5));

        Assert.Equal(TestEngine.Expected([1, 2, 3], 5), TestEngine.Tokens(events));
        Assert.Equal(FinishReason.Length, events[^1].Reason);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 7)]
    [InlineData(8, 64)]
    public async Task Submit_ManyAtOnce_EachAsIfAlone(int slots, int batch)
    {
        var runner = TestEngine.Runner(TestEngine.Hash, slots, batch);
        await using var test = new TestEngine(runner);
        var random = new Random(1);
        var prompts = Enumerable.Range(0, 60).Select(_ => Enumerable.Range(0, random.Next(1, 90)).Select(_ => random.Next(256)).ToArray()).ToList();

        var sequences = prompts.Select((prompt, i) => test.Submit(prompt, 1 + i % 20)).ToList();

        for (var i = 0; i < prompts.Count; i++)
            Assert.Equal(TestEngine.Expected(prompts[i], 1 + i % 20), TestEngine.Tokens(await TestEngine.ReadAsync(sequences[i])));
        await test.Engine.StopAsync(TimeSpan.Zero);
        Assert.Equal(0, test.Metrics.SlotsInUse);
    }

    [Fact]
    public async Task Forward_CacheFull_PreemptsAndContinuesExactly()
    {
        // Four sequences of up to 120 tokens over 200 cells: they cannot all be there at once.
        await using var test = new TestEngine(TestEngine.Runner(TestEngine.Hash, slots: 4, batch: 16, cells: 200));
        var prompts = Enumerable.Range(0, 4).Select(i => Enumerable.Range(i, 60).ToArray()).ToList();

        var sequences = prompts.Select(prompt => test.Submit(prompt, 60)).ToList();

        for (var i = 0; i < prompts.Count; i++)
        {
            var events = await TestEngine.ReadAsync(sequences[i]);
            Assert.Equal(TestEngine.Expected(prompts[i], 60), TestEngine.Tokens(events));
            Assert.Single(events, value => value.Kind == GenerationEventKind.Started);
        }
    }

    [Fact]
    public async Task Forward_CacheTooSmallForOne_FailsItAlone()
    {
        await using var test = new TestEngine(TestEngine.Runner(TestEngine.Hash, slots: 1, cells: 20));

        var tooLong = await TestEngine.ReadAsync(test.Submit(Enumerable.Range(0, 40).ToArray(), 5));
        var fits = await TestEngine.ReadAsync(test.Submit([1, 2], 5));

        Assert.Equal(FinishReason.Failed, tooLong[^1].Reason);
        Assert.Contains("KV cache", tooLong[^1].Error);
        Assert.Equal(FinishReason.Length, fits[^1].Reason);
    }

    [Fact]
    public async Task Cancel_WhileQueued_EndsWithoutStarting()
    {
        using var gate = new Gate();
        await using var test = new TestEngine(TestEngine.Runner(gate.Wrap(TestEngine.Hash), slots: 1));
        var running = test.Submit([1], 3);
        gate.WaitUntilHeld();
        var queued = test.Submit([2], 3);

        queued.Cancel();
        gate.Open();

        var events = await TestEngine.ReadAsync(queued);
        Assert.Equal(FinishReason.Cancelled, Assert.Single(events).Reason);
        Assert.Equal(TestEngine.Expected([1], 3), TestEngine.Tokens(await TestEngine.ReadAsync(running)));
    }

    [Fact]
    public async Task Cancel_BeforeSubmit_Ends()
    {
        await using var test = new TestEngine(TestEngine.Runner(TestEngine.Hash));
        var sequence = new Sequence([1], 3, SamplingParams.Default);
        sequence.Cancel();

        test.Engine.Submit(sequence);

        Assert.Equal(FinishReason.Cancelled, (await TestEngine.ReadAsync(sequence))[^1].Reason);
    }

    [Fact]
    public async Task Cancel_InTheMiddleOfAPrompt_FreesTheSlotAtTheNextStep()
    {
        using var gate = new Gate();
        var steps = 0;
        var runner = new WatchedRunner(TestEngine.Runner(TestEngine.Hash, slots: 1, batch: 4), onForward: _ =>
        {
            steps++;
            gate.Pass();
        });
        await using var test = new TestEngine(runner);
        var sequence = test.Submit(Enumerable.Range(0, 100).ToArray(), 5);
        gate.WaitUntilHeld();

        sequence.Cancel();
        gate.Open();

        var events = await TestEngine.ReadAsync(sequence);
        Assert.Equal(FinishReason.Cancelled, events[^1].Reason);
        Assert.Empty(TestEngine.Tokens(events));
        Assert.Equal(1, steps);
        Assert.Equal(0, test.Metrics.SlotsInUse);
    }

    [Fact]
    public async Task Sample_LogitsNotANumber_FailsThatSequenceOnly()
    {
        var runner = new WatchedRunner(TestEngine.Runner(TestEngine.Hash), onLogits: (tokens, logits) =>
        {
            if (tokens[0] == 13)
                logits.Fill(float.NaN);
        });
        await using var test = new TestEngine(runner);

        var healthy = test.Submit([1, 2], 20);
        var broken = test.Submit([13, 2], 20);

        Assert.Equal(FinishReason.Failed, (await TestEngine.ReadAsync(broken))[^1].Reason);
        Assert.Equal(TestEngine.Expected([1, 2], 20), TestEngine.Tokens(await TestEngine.ReadAsync(healthy)));
    }

    [Fact]
    public async Task Forward_Throws_EndsEverySequenceAndRefusesNewOnes()
    {
        var runner = new WatchedRunner(TestEngine.Runner(TestEngine.Hash, slots: 1), onForward: _ => throw new RunnerException("broken"));
        await using var test = new TestEngine(runner);

        var first = test.Submit([1], 2);
        Assert.Equal(FinishReason.Failed, (await TestEngine.ReadAsync(first))[^1].Reason);

        Assert.True(test.Engine.HasFailed);
        Assert.Equal(SubmitResult.Failed, test.Engine.Submit(new Sequence([1], 2, SamplingParams.Default)));
    }

    [Fact]
    public async Task Submit_QueueFull_IsRefused()
    {
        using var gate = new Gate();
        await using var test = new TestEngine(TestEngine.Runner(gate.Wrap(TestEngine.Hash), slots: 1), maxQueue: 1);
        var running = test.Submit([1], 2);
        var waiting = test.Submit([2], 2);

        for (var i = 0; i < 3; i++)
        {
            var refused = new Sequence([3], 2, SamplingParams.Default);
            Assert.Equal(SubmitResult.QueueFull, test.Engine.Submit(refused));
            refused.Cancel(); // as its owner does, and which must not make room for another
        }

        gate.Open();
        Assert.Equal(FinishReason.Length, (await TestEngine.ReadAsync(running))[^1].Reason);
        Assert.Equal(FinishReason.Length, (await TestEngine.ReadAsync(waiting))[^1].Reason);
    }

    [Fact]
    public async Task StopAsync_WithGrace_LetsRunningFinish()
    {
        using var gate = new Gate();
        await using var test = new TestEngine(TestEngine.Runner(gate.Wrap(TestEngine.Hash)));
        var sequence = test.Submit([1], 10);
        gate.WaitUntilHeld();

        var stopping = test.Engine.StopAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(SubmitResult.ShuttingDown, test.Engine.Submit(new Sequence([3], 2, SamplingParams.Default)));
        gate.Open();

        Assert.Equal(TestEngine.Expected([1], 10), TestEngine.Tokens(await TestEngine.ReadAsync(sequence)));
        await stopping;
    }

    [Fact]
    public async Task StopAsync_WithoutGrace_TellsEverySequence()
    {
        using var gate = new Gate();
        await using var test = new TestEngine(TestEngine.Runner(gate.Wrap(TestEngine.Hash), slots: 1));
        var running = test.Submit([1], 200);
        gate.WaitUntilHeld();
        var queued = test.Submit([2], 200);

        var stopping = test.Engine.StopAsync(TimeSpan.Zero);
        gate.Open();
        await stopping;

        foreach (var sequence in new[] { running, queued })
        {
            var end = (await TestEngine.ReadAsync(sequence))[^1];
            Assert.Equal(FinishReason.Failed, end.Reason);
            Assert.Contains("shutting down", end.Error);
        }
    }

    [Fact]
    public async Task Decode_SteadyState_AllocatesNothing()
    {
        var allocated = new List<long>();
        var runner = new WatchedRunner(TestEngine.Runner(tokens => tokens[^1] + 1 & 0x7F, context: 4096), onForward: batch =>
        {
            if (batch.Count == 4)
                allocated.Add(GC.GetAllocatedBytesForCurrentThread());
        });
        allocated.Capacity = 8192;
        await using var test = new TestEngine(runner);

        var sequences = Enumerable.Range(0, 4).Select(i => test.Submit([i + 1], 2000)).ToList();
        foreach (var sequence in sequences)
            await TestEngine.ReadAsync(sequence);

        // The channels' queues double a few times as they fill; between those, nothing.
        var steps = allocated.Zip(allocated.Skip(1), (before, after) => after - before).Skip(100).ToList();
        Assert.True(steps.Count > 1000);
        Assert.True(steps.Count(bytes => bytes > 0) < steps.Count / 50, $"{steps.Count(bytes => bytes > 0)} of {steps.Count} steps allocated.");
    }
}
