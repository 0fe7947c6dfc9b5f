using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine.Runners;
using Vibee.Engine.Sampling;

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
    public void Step_RandomRequests_NoCellIsLostOrForeign(int seed, int slots, int parallel, int cells, bool sharesPrefixes)
    {
        const int Steps = 125_000;
        var stream = new RequestStream(seed, slots, parallel, cells, sharesPrefixes);
        for (var step = 0; step < Steps; step++)
            stream.Step();
        stream.Finish();
        Assert.True(stream.Ended > Steps / 100, $"Only {stream.Ended} sequences ended.");
    }

    private sealed class RequestStream
    {
        private const int Context = 64;
        private static readonly SamplingParams Greedy = SamplingParams.Default with { Temperature = 0 };

        private readonly Random _random;
        private readonly ScriptedRunner _runner;
        private readonly EngineMetrics _metrics = new(new Meter("random"));
        private readonly EngineLoop _loop;
        private readonly List<(Sequence Sequence, int[] Prompt, List<int> Answer)> _inside = [];
        private readonly List<int[]> _known = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]];
        private int _ends;

        public RequestStream(int seed, int slots, int parallel, int cells, bool sharesPrefixes)
        {
            _random = new Random(seed);
            var model = new ModelInfo { Architecture = "scripted", TrainedContextLength = Context, EmbeddingLength = 0 };
            var capacity = new RunnerCapacity(slots, 16, Context, cells) { SharesPrefixes = sharesPrefixes };
            _runner = new ScriptedRunner(model, new WordTokenizer([], ["<end>"]), capacity, TestEngine.Hash);
            _loop = new EngineLoop(_runner, parallel, store: null, _metrics, NullLogger.Instance, () => _ends++);
        }

        public int Ended { get; private set; }

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
            foreach (var (sequence, _, _) in _inside)
                Cancel(sequence);
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
            int[] prompt = [.. known.Take(_random.Next(known.Length + 1)), .. Enumerable.Range(0, _random.Next(1, 20)).Select(_ => _random.Next(4))];
            if (prompt.Length >= Context)
                return;
            var sequence = new Sequence(prompt, _random.Next(1, Context - prompt.Length + 1), Greedy);
            _inside.Add((sequence, prompt, []));
            _loop.Take(sequence);
        }

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
                var (sequence, prompt, answer) = _inside[i];
                while (sequence.Events.TryRead(out var value))
                {
                    if (value.Kind == GenerationEventKind.Token)
                        answer.Add(value.Token);
                    if (value.Kind == GenerationEventKind.Finished)
                        End(i, prompt, answer, value);
                }
            }

            Assert.Equal(Ended, _ends);
        }

        private void End(int index, int[] prompt, List<int> answer, GenerationEvent end)
        {
            Assert.NotEqual(FinishReason.Failed, end.Reason);
            Assert.Equal(TestEngine.Expected(prompt, answer.Count), answer);
            _inside.RemoveAt(index);
            Ended++;
            if (_known.Count < 50)
                _known.Add([.. prompt, .. answer]);
            else
                _known[_random.Next(_known.Count)] = [.. prompt, .. answer];
        }
    }
}
