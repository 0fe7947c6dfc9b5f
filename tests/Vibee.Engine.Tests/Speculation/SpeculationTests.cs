using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine.Grammar;
using Vibee.Engine.Runners;
using Vibee.Engine.Sampling;
using Vibee.Engine.Speculation;

namespace Vibee.Engine.Tests.Speculation;

/// <summary>Drafts make answers sooner and never others.</summary>
public class SpeculationTests
{
    private static readonly GrammarVocabulary Vocabulary = new(TestEngine.Runner(_ => 0).Tokenizer);

    [Fact]
    public async Task Generate_TextRepeats_SameTokensInFewerSteps()
    {
        var (without, slow) = await RunAsync(speculates: false);
        var (with, fast) = await RunAsync(speculates: true);

        Assert.Equal(without, with);
        Assert.True(fast < slow, $"{fast} steps instead of {slow}");

        static async Task<(int[], int)> RunAsync(bool speculates)
        {
            var steps = 0;
            var runner = TestEngine.Runner(tokens => tokens[^5] + (tokens.Length % 50 == 0 ? 1 : 0) & 0xFF, batch: 64, logits: 64);
            await using var test = new TestEngine(new WatchedRunner(runner, onForward: _ => steps++), speculates: speculates);
            var events = await TestEngine.ReadAsync(test.Submit([1, 2, 3, 4, 5, 6, 7, 8], 200));
            Assert.Equal(FinishReason.Length, events[^1].Reason);
            return (TestEngine.Tokens(events), steps);
        }
    }

    [Fact]
    public async Task Generate_EndsInsideADraft_CacheHoldsWhatWasSaid()
    {
        // The answer is the prompt again, and then the end.
        var runner = TestEngine.Runner(tokens => tokens.Length == 60 ? 256 : tokens[^30], batch: 64, logits: 64);
        await using var test = new TestEngine(runner, speculates: true);
        int[] prompt = [.. Enumerable.Range(1, 30)];

        var events = await TestEngine.ReadAsync(test.Submit(prompt, 100));
        var again = await TestEngine.ReadAsync(test.Submit([.. prompt, .. prompt, 7], 1));

        Assert.Equal([.. prompt, 256], TestEngine.Tokens(events));
        Assert.Equal(FinishReason.Stop, events[^1].Reason);
        Assert.Equal(60, again[0].CachedTokens);
        Assert.Equal(runner.UsedCells, test.Metrics.KvCellsUsed);
    }

    [Fact]
    public async Task Generate_RunnerThatSharesNothing_IsNotAskedToForget()
    {
        var model = new ModelInfo { Architecture = "scripted", TrainedContextLength = 256, EmbeddingLength = 0 };
        var runner = new ScriptedRunner(model, new WordTokenizer([], ["<end>"]), new RunnerCapacity(4, 64, 256, 1024) { SharesPrefixes = false, BatchLogits = 64 }, _ => 'a');
        await using var test = new TestEngine(new WatchedRunner(runner, onTruncate: start => Assert.Equal(0, start)), speculates: true);

        Assert.False(test.Engine.Speculates);
        Assert.Equal(100, TestEngine.Tokens(await TestEngine.ReadAsync(test.Submit([1], 100))).Length);
    }

    [Fact]
    public async Task Generate_CacheFull_DraftIsGivenUpInsteadOfACachedPrefix()
    {
        // What one leaves behind and the other needs is all there is room for.
        await using var test = new TestEngine(TestEngine.Runner(_ => 'a', slots: 4, batch: 64, cells: 200, logits: 64), speculates: true);

        await TestEngine.ReadAsync(test.Submit([.. Enumerable.Range(1, 90)], 1));
        await TestEngine.ReadAsync(test.Submit([.. Enumerable.Range(100, 9)], 101));
        var again = await TestEngine.ReadAsync(test.Submit([.. Enumerable.Range(1, 90)], 1));

        Assert.Equal(89, again[0].CachedTokens);
    }

    [Fact]
    public async Task Generate_AnswerIsPredicted_IsCopiedFromThere()
    {
        int[] predicted = [.. Enumerable.Range(50, 60)];
        await using var test = new TestEngine(TestEngine.Runner(tokens => tokens.Length < 40 ? 49 + tokens.Length - 2 : 1, logits: 64), speculates: true);
        var sequence = new Sequence([1, 2, 3], 60, SamplingParams.Default) { Prediction = predicted };
        Assert.Equal(SubmitResult.Accepted, test.Engine.Submit(sequence));

        var events = await TestEngine.ReadAsync(sequence);

        Assert.Equal([.. predicted[..37], .. Enumerable.Repeat(1, 23)], TestEngine.Tokens(events));
        Assert.InRange(events[^1].Prediction.Accepted, 10, 37);
        Assert.InRange(events[^1].Prediction.Rejected, 1, 40);
    }

    /// <summary>Texts of a model that repeats itself now and then, sampled, constrained, measured, cancelled and preempted.</summary>
    [Theory]
    [InlineData(1, 8, 4, 600)]
    [InlineData(2, 40, 4, 300)]
    [InlineData(3, 6, 6, 150)]
    [InlineData(4, 2, 1, 100)]
    public void Step_RandomRequests_SameEventsAsWithout(int seed, int slots, int parallel, int cells)
    {
        var accepted = 0L;
        for (var round = 0; round < 40; round++)
        {
            var (without, _) = Run(seed * 1000 + round, slots, parallel, cells, speculates: false);
            var (with, some) = Run(seed * 1000 + round, slots, parallel, cells, speculates: true);
            accepted += some;
            foreach (var (expected, actual) in without.Zip(with))
                AssertSame(expected, actual);
        }

        Assert.True(accepted > 100, $"Only {accepted} drafted tokens were accepted.");
    }

    private static void AssertSame(List<GenerationEvent> expected, List<GenerationEvent> actual)
    {
        // When a cancelled sequence ends is a matter of time; so is what it finds in the cache.
        if (expected[^1].Reason == FinishReason.Cancelled || actual[^1].Reason == FinishReason.Cancelled)
        {
            var common = Math.Min(expected.Count, actual.Count) - 1;
            (expected, actual) = (expected[..common], actual[..common]);
        }

        Assert.Equal(expected.Select(Describe), actual.Select(Describe));
    }

    private static string Describe(GenerationEvent value)
    {
        var logprobs = value.Logprobs is { } some ? $"{some.Logprob} {string.Join(' ', some.Top)}" : "";
        return $"{value.Kind} {value.Token} {value.Reason} {value.Error} {logprobs}";
    }

    private static (List<List<GenerationEvent>> Events, int Accepted) Run(int seed, int slots, int parallel, int cells, bool speculates)
    {
        var (random, spread) = (new Random(seed), 0u);
        var model = new ModelInfo { Architecture = "scripted", TrainedContextLength = 64, EmbeddingLength = 0 };
        var inner = new ScriptedRunner(model, new WordTokenizer([], ["<end>"]), new RunnerCapacity(slots, 16, 64, cells) { BatchLogits = 16 }, tokens =>
        {
            // What comes next depends on three tokens, and sometimes on all.
            spread = (uint)TestEngine.Hash(TestEngine.Hash(tokens) < 16 ? tokens : tokens[Math.Max(0, tokens.Length - 3)..]);
            return 0;
        });
        using var meter = new Meter("speculation");
        var accepted = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == meter && instrument.Name == "igla_draft_tokens_accepted_total")
                self.EnableMeasurementEvents(instrument);
        } };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => accepted += (int)value);
        listener.Start();
        var runner = new SpreadRunner(inner, logits =>
        {
            logits.Fill(-20);
            for (var token = 0; token < 5; token++)
                logits[token < 4 ? 'a' + token : 256] = ((spread >> token) * 2654435761 >> 24 & 15) * (token < 4 ? 0.6f : 0.2f);
        });
        var loop = new EngineLoop(
            runner, parallel, new EngineOptions { Speculation = speculates ? SpeculationKind.Ngram : SpeculationKind.None, Clock = new TickingClock() },
            new EngineMetrics(meter), NullLogger.Instance, () => { });
        var sequences = Enumerable.Range(0, 10).Select(_ => Request(random)).ToList();
        var cancelled = Enumerable.Range(0, 3).Select(_ => (Step: random.Next(60), Index: random.Next(sequences.Count))).ToList();
        var starts = sequences.Select(_ => random.Next(20)).ToList();
        for (var step = 0; step < 20 || loop.HasWork; step++)
        {
            for (var i = 0; i < sequences.Count; i++)
            {
                if (starts[i] == step)
                    loop.Take(sequences[i]);
                if (cancelled.Contains((step, i)) && step > starts[i])
                {
                    sequences[i].Cancel();
                    loop.Take(sequences[i]);
                }
            }

            if (loop.HasWork)
                loop.Step();
            Assert.Equal(loop.Cache.UsedCells, inner.UsedCells);
        }

        return ([.. sequences.Select(sequence => Enumerable.Range(0, int.MaxValue).TakeWhile(_ => sequence.Events.TryPeek(out var _)).Select(_ =>
        {
            sequence.Events.TryRead(out var value);
            return value with { CachedTokens = 0 };
        }).ToList())], accepted);
    }

    private static Sequence Request(Random random)
    {
        int[] prompt = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => 'a' + random.Next(4))];
        var sampling = new SamplingParams
        {
            Temperature = random.Next(3) * 0.4f,
            Seed = random.Next(),
            TopLogprobs = random.Next(4) == 0 ? 2 : null,
            RepeatPenalty = random.Next(4) == 0 ? 1.2f : 1,
            FrequencyPenalty = random.Next(4) == 0 ? 0.1f : 0,
            IgnoreEnd = random.Next(2) == 0,
        };
        var constraint = random.Next(3) > 0 ? null : new TextConstraint(
            CompiledGrammar.FromRegex(random.Next(2) == 0 ? "([ab]{3}(cdcdcd|dcab[cd]))*" : "(a|bcdabcdabcd|c[a-d]{2}){1,9}"), Vocabulary);
        var prediction = random.Next(3) > 0 ? [] : Enumerable.Range(0, random.Next(1, 20)).Select(_ => 'a' + random.Next(4)).ToArray();
        return new Sequence(prompt, random.Next(0, 64 - prompt.Length + 1), sampling, random.Next(8) == 0 ? 1 : null, constraint) { Prediction = prediction };
    }

    /// <summary>A scripted runner with logits that leave something to chance.</summary>
    private sealed class SpreadRunner(ScriptedRunner inner, SpreadRunner.Spread spread) : IModelRunner
    {
        public delegate void Spread(Span<float> logits);

        public ModelInfo Model => inner.Model;

        public ITokenizer Tokenizer => inner.Tokenizer;

        public RunnerCapacity Capacity => inner.Capacity;

        public ForwardResult Forward(Batch batch) => inner.Forward(batch);

        public Span<float> Logits(int index)
        {
            var logits = inner.Logits(index);
            spread(logits);
            return logits;
        }

        public bool Fork(int source, int target, int length) => inner.Fork(source, target, length);

        public bool Truncate(int slot, int start) => inner.Truncate(slot, start);

        public byte[]? Save(int slot) => inner.Save(slot);

        public bool Restore(int slot, ReadOnlySpan<byte> state, int length) => inner.Restore(slot, state, length);

        public void Dispose() => inner.Dispose();
    }
}
