using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine.Caching;
using Vibee.Engine.Runners;
using Vibee.Engine.Sampling;
using Vibee.Engine.Speculation;

namespace Vibee.Engine.Tests.Caching;

/// <summary>Random streams of requests through the loop, over a runner that knows of every cell who holds it.</summary>
public class RandomStreamTests
{
    /// <summary>The next token depends on all tokens before it, as they lie in the cells: a cell of another sequence, or
    /// one that was freed and used again, makes another text.</summary>
    [Theory]
    [InlineData(1, 4, 4, 300, true)]
    [InlineData(2, 12, 4, 200, true)]
    [InlineData(3, 40, 8, 400, true)]
    [InlineData(4, 9, 8, 90, true)]
    [InlineData(5, 3, 1, 100, true)]
    [InlineData(6, 1, 1, 70, true)]
    [InlineData(7, 6, 6, 150, false)]
    [InlineData(8, 64, 3, 1000, true)]
    [InlineData(9, 12, 4, 200, true, true)]
    [InlineData(11, 9, 8, 90, true, true)]
    public void Step_RandomRequests_NoCellIsLostOrForeign(int seed, int slots, int parallel, int cells, bool sharesPrefixes, bool speculates = false)
    {
        const int Steps = 125_000;
        var stream = new RequestStream(seed, slots, parallel, cells, sharesPrefixes, context: 64, store: null, speculates);
        for (var step = 0; step < Steps; step++)
            stream.Step();
        stream.Finish();
        Assert.True(stream.Ended > Steps / 100, $"Only {stream.Ended} sequences ended.");
        Assert.Equal(speculates, stream.Truncated > Steps / 100);
    }

    /// <summary>The same with prompts long enough to be saved: evicted to disk, and read back from there.</summary>
    [Fact]
    public async Task Step_RandomLongRequests_WhatComesFromDiskIsTheirs()
    {
        var directory = Directory.CreateTempSubdirectory("vibee-random-").FullName;
        try
        {
            var restored = 0L;
            for (var life = 0; life < 2; life++)
            {
                await using var store = new PrefixStore(directory, 1 << 20, "key"u8, NullLogger<PrefixStore>.Instance);
                var stream = new RequestStream(life, slots: 6, parallel: 3, cells: 900, sharesPrefixes: true, context: 400, store);
                // What is saved depends on how far the disk is behind: a slow one is given the steps that it needs.
                for (var step = 0; step < 10_000 || (stream.Restored < 6 && step < 1_000_000); step++)
                    stream.Step();
                stream.Finish();
                restored += stream.Restored;
            }

            Assert.True(restored > 10, $"Only {restored} prefixes came from disk.");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private sealed class RequestStream
    {
        private static readonly SamplingParams Greedy = SamplingParams.Default with { Temperature = 0 };

        private readonly Random _random;
        private readonly ScriptedRunner _runner;
        private readonly EngineMetrics _metrics = new(new Meter("random"));
        private readonly EngineLoop _loop;
        private readonly int _context;
        private readonly ScriptedNext _next;
        private readonly List<(Sequence Sequence, int[] Prompt, List<int> Answer, List<int> Scored)> _inside = [];
        private readonly List<int[]> _known = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]];
        private int _ends;

        public RequestStream(int seed, int slots, int parallel, int cells, bool sharesPrefixes, int context, PrefixStore? store, bool speculates = false)
        {
            _random = new Random(seed);
            _context = context;
            _next = speculates ? Repeat : TestEngine.Hash;
            var model = new ModelInfo { Architecture = "scripted", TrainedContextLength = context, EmbeddingLength = 0 };
            var capacity = new RunnerCapacity(slots, 16, context, cells) { SharesPrefixes = sharesPrefixes, BatchLogits = 16 };
            _runner = new ScriptedRunner(model, new WordTokenizer([], ["<end>"]), capacity, _next);
            _loop = new EngineLoop(new WatchedRunner(_runner, onRestore: () => Restored++, onTruncate: start => Truncated += start > 0 ? 1 : 0), parallel,
                new EngineOptions { Store = store, Speculation = speculates ? SpeculationKind.Ngram : SpeculationKind.None, Clock = new TickingClock() },
                _metrics, NullLogger.Instance, () => _ends++);
        }

        public int Ended { get; private set; }

        public long Restored { get; private set; }

        /// <summary>Slots that lost their end and not all.</summary>
        public long Truncated { get; private set; }

        public void Step()
        {
            if (_inside.Count < 12 && _random.Next(4) == 0)
                Submit();
            if (_inside.Count > 0 && _random.Next(60) == 0)
                Cancel(_inside[_random.Next(_inside.Count)].Sequence);
            if (_loop.HasWork)
                _loop.Step();
            Check();
        }

        public void Finish()
        {
            foreach (var (sequence, _, _, _) in _inside.Where(_ => _random.Next(2) == 0).ToList())
                Cancel(sequence);
            // The others are all served: nobody waits for what never comes.
            for (var step = 0; _loop.HasWork; step++)
            {
                Assert.True(step < 20 * _context, "Those that are left do not end.");
                _loop.Step();
                Check();
            }

            Check();
            Assert.Empty(_inside);
            Assert.False(_loop.HasWork);
            while (_loop.Cache.Evict())
                Assert.Equal(_loop.Cache.UsedCells, _runner.UsedCells);
            Assert.Equal(0, _runner.UsedCells);
        }

        // A new conversation, one that goes on, or one that leaves another in the middle.
        private void Submit()
        {
            var known = _known[_random.Next(_known.Count)];
            int[] prompt = [.. known.Take(_random.Next(known.Length + 1)), .. Enumerable.Range(0, _random.Next(1, _context / 3)).Select(_ => _random.Next(4))];
            if (prompt.Length >= _context)
                return;
            var maxTokens = _random.Next(_context - prompt.Length + 1);
            var sequence = new Sequence(prompt, maxTokens, Greedy, promptLogprobs: maxTokens == 0 || _random.Next(10) == 0 ? 1 : null);
            _inside.Add((sequence, prompt, [], []));
            _loop.Take(sequence);
        }

        // Mostly what was said five tokens ago, but for tokens that depend on all before them.
        private static int Repeat(ReadOnlySpan<int> tokens) =>
            TestEngine.Hash(tokens) is var hash && hash % 8 > 0 && tokens.Length > 4 ? tokens[^5] : hash & 3;

        private void Cancel(Sequence sequence)
        {
            sequence.Cancel();
            _loop.Take(sequence);
        }

        private void Check()
        {
            Assert.Equal(_loop.Cache.UsedCells, _runner.UsedCells);
            for (var i = _inside.Count - 1; i >= 0; i--)
            {
                var (sequence, prompt, answer, scored) = _inside[i];
                while (sequence.Events.TryRead(out var value))
                {
                    if (value.Kind == GenerationEventKind.PromptToken)
                        scored.Add(value.Token);
                    if (value.Kind == GenerationEventKind.Token)
                        answer.Add(value.Token);
                    if (value.Kind == GenerationEventKind.Finished)
                        End(i, prompt, answer, sequence.PromptLogprobs is null ? null : scored, value);
                }
            }

            Assert.Equal(Ended, _ends);
        }

        private void End(int index, int[] prompt, List<int> answer, List<int>? scored, GenerationEvent end)
        {
            Assert.NotEqual(FinishReason.Failed, end.Reason);
            if (scored is not null)
                Assert.Equal(end.Reason == FinishReason.Cancelled ? prompt[..scored.Count] : prompt, scored);
            Assert.Equal(TestEngine.Expected(prompt, answer.Count, _next), answer);
            _inside.RemoveAt(index);
            Ended++;
            if (_known.Count < 50)
                _known.Add([.. prompt, .. answer]);
            else
                _known[_random.Next(_known.Count)] = [.. prompt, .. answer];
        }
    }
}
