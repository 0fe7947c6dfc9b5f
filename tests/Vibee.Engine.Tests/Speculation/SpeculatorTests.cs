using Vibee.Engine.Runners;
using Vibee.Engine.Sampling;
using Vibee.Engine.Scheduling;
using Vibee.Engine.Speculation;

namespace Vibee.Engine.Tests.Speculation;

/// <summary>What drafts gain and cost, counted in the time that steps of a processor would take.</summary>
public class SpeculatorTests
{
    private const int Answer = 600;

    /// <summary>Costs of a step by its tokens: as measured with a 1.1B model on two cores, computing from the first token on, and
    /// a GPU.</summary>
    private static readonly Func<int, double>[] Machines =
    [
        tokens => Math.Max(0.040, 0.020 + 0.008 * tokens),
        tokens => 0.040 + 0.004 * (tokens - 1),
        tokens => 0.010 * tokens,
        tokens => 0.010 + 0.00002 * tokens,
    ];

    public static TheoryData<int> EachMachine => [.. Enumerable.Range(0, 4)];

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(3, 8)]
    public void Plan_AnswerRepeatsThePrompt_ManyTimesFaster(int machine, double gain)
    {
        var random = new Random(1);
        int[] prompt = [.. Enumerable.Range(0, 300).Select(_ => random.Next(1000))];
        var (with, without) = Run(Machines[machine], prompt, [prompt[10..290]]);
        Assert.True(with * gain < without, $"{with} instead of {without} s");
    }

    [Fact]
    public void Plan_SeveralStreamsRepeatThePrompt_AllAreFaster()
    {
        var random = new Random(1);
        int[] prompt = [.. Enumerable.Range(0, 300).Select(_ => random.Next(1000))];
        var (with, without) = Run(tokens => 0.040 + 0.010 * (tokens - 1), prompt, [prompt[10..290], prompt[5..285], prompt[..280], prompt[15..295]]);
        Assert.True(with * 1.4 < without, $"{with} instead of {without} s");
    }

    [Fact]
    public void Plan_SomeStepsTakeTenTimesAsLong_LongDraftsAreNotGivenUp()
    {
        var random = new Random(1);
        int[] prompt = [.. Enumerable.Range(0, 2000).Select(_ => random.Next(1000))];
        var test = new Simulation(tokens => Machines[1](tokens) * (random.Next(50) == 0 ? 10 : 1), prompt, [prompt[..1900]]);
        while (!test.IsDone)
            test.Step();
        var without = 1900 * Machines[1](1) * 1.18; // as often as one in fifty
        Assert.True(test.Seconds * 2 < without, $"{test.Seconds} instead of {without} s");
    }

    /// <summary>What was measured then says nothing later.</summary>
    [Fact]
    public void Plan_FirstDraftsMetABusyMachine_OthersAreTried()
    {
        var random = new Random(1);
        int[] prompt = [.. Enumerable.Range(0, 2000).Select(_ => random.Next(1000))];
        var (steps, drafts) = (0, 0);
        var test = new Simulation(tokens => Machines[1](tokens) * (++steps > Simulation.Prompts.Length && tokens > 1 && ++drafts < 10 ? 10 : 1), prompt, [prompt[..1900]]);
        while (!test.IsDone)
            test.Step();
        Assert.True(test.Seconds * 2 < 1900 * Machines[1](1), $"{test.Seconds} instead of {1900 * Machines[1](1)} s");
    }

    /// <summary>Each three tokens occurred before, and what follows is always something else.</summary>
    [Theory]
    [MemberData(nameof(EachMachine))]
    public void Plan_EveryDraftIsWrong_CostsNearlyNothing(int machine)
    {
        var (with, without) = Run(Machines[machine], [1, 2, 3, 4], [[.. Enumerable.Range(0, Answer / 4).SelectMany(i => new[] { 1, 2, 3, 1000 + i })]]);
        Assert.True(with < without * 1.03, $"{with} instead of {without} s");
    }

    [Theory]
    [MemberData(nameof(EachMachine))]
    public void Plan_RandomTextOfFewWords_CostsNearlyNothing(int machine)
    {
        foreach (var words in new[] { 3, 5, 8, 12 })
        {
            foreach (var streams in new[] { 1, 4 })
            {
                var random = new Random(words);
                var (with, without) = Run(Machines[machine], [1],
                    [.. Enumerable.Range(0, streams).Select(_ => Enumerable.Range(0, Answer).Select(_ => random.Next(words)).ToArray())]);
                Assert.True(with < without * 1.03, $"{words} words, {streams} streams: {with} instead of {without} s");
            }
        }
    }

    /// <summary>Nothing can be gained where each token takes its time, however right the drafts are.</summary>
    [Theory]
    [InlineData(1, 0.0)]
    [InlineData(1, 0.1)]
    [InlineData(4, 0.0)]
    [InlineData(4, 0.1)]
    public void Plan_EachTokenTakesItsTime_CopyingCostsNearlyNothing(int streams, double different)
    {
        var random = new Random(1);
        int[] prompt = [.. Enumerable.Range(0, 1200).Select(_ => random.Next(1000))];
        var (with, without) = Run(Machines[2], prompt,
            [.. Enumerable.Range(0, streams).Select(i => prompt[i..(i + 1100)].Select(token => random.NextDouble() < different ? 2000 : token).ToArray())]);
        Assert.True(with < without * 1.03, $"{with} instead of {without} s");
    }

    /// <summary>Streams that say nothing twice wait for those that do, but no longer than for a prompt, and seldom.</summary>
    [Fact]
    public void Plan_OneStreamCopiesBesideOthers_NoStepIsMuchLonger()
    {
        var random = new Random(1);
        int[] prompt = [.. Enumerable.Range(0, 1200).Select(_ => random.Next(1000))];
        int[][] answers = [prompt[..1100], .. Enumerable.Range(1, 3).Select(_ => Enumerable.Range(0, 1100).Select(_ => random.Next(100_000)).ToArray())];
        var test = new Simulation(Machines[2], prompt, answers);
        var (longer, steps) = (0, 0);
        for (; !test.IsDone; steps++)
        {
            var before = test.Seconds;
            test.Step();
            var ratio = (test.Seconds - before) / Machines[2](4);
            Assert.True(ratio <= 2.01, $"A step took {ratio} times as long.");
            longer += ratio > 1.01 ? 1 : 0;
        }

        Assert.True(longer * 20 < steps, $"{longer} of {steps} steps were longer.");
    }

    [Fact]
    public void Plan_ACrowdThatIsBoundByComputing_IsLeftAlone()
    {
        var (with, without) = Run(tokens => Math.Max(0.040, 0.010 * tokens), [1, 2, 3], [.. Enumerable.Range(0, 8).Select(i => Enumerable.Range(0, 200).Select(at => i + at % 5).ToArray())]);
        Assert.True(with < without * 1.03, $"{with} instead of {without} s");
    }

    [Fact]
    public void Plan_PromptUnderWay_NoDrafts()
    {
        var test = new Simulation(Machines[3], [1, 2, 3], [Enumerable.Repeat(7, 100).ToArray()]);
        for (var i = 0; i < 20; i++)
            test.Step();
        Assert.True(test.Drafted > 0);
        var (before, prompt) = (test.Drafted, new Sequence([1, 2, 3, 4], 1, SamplingParams.Default));
        test.Step(new ScheduledTokens(prompt, 2));
        Assert.Equal(before, test.Drafted);
    }

    [Fact]
    public void Plan_LastTokens_NoLongerThanWhatMayBeSaid()
    {
        var test = new Simulation(Machines[3], [1, 2, 3], [Enumerable.Repeat(7, 30).ToArray()]);
        while (!test.IsDone)
            test.Step(); // a longer draft would have no room in the sequence
        Assert.True(test.Drafted > 10);
    }

    private static (double With, double Without) Run(Func<int, double> cost, int[] prompt, int[][] answers)
    {
        var test = new Simulation(cost, prompt, answers);
        while (!test.IsDone)
            test.Step();
        return (test.Seconds, test.Tokens * cost(answers.Length) / answers.Length);
    }

    /// <summary>Streams with the same prompt whose answers are known, until the first ends.</summary>
    private sealed class Simulation
    {
        /// <summary>What comes first.</summary>
        public static readonly int[] Prompts = [200, 40, 20, 9, 5, 2];

        private readonly Func<int, double> _cost;
        private readonly int[][] _answers;
        private readonly StepBudget _budget;
        private readonly Speculator _speculator;
        private readonly Sequence[] _sequences;

        public Simulation(Func<int, double> cost, int[] prompt, int[][] answers)
        {
            (_cost, _answers) = (cost, answers);
            var model = new ModelInfo { Architecture = "scripted", TrainedContextLength = 4096, EmbeddingLength = 0 };
            var runner = new ScriptedRunner(model, new WordTokenizer([], ["<end>"]), new RunnerCapacity(8, 512, 4096, 40_000) { BatchLogits = 64 }, TestEngine.Hash);
            _budget = new StepBudget(8, 512);
            _speculator = new Speculator(runner, 8, _budget);
            foreach (var tokens in Prompts)
                _budget.Observe(0, tokens, cost(tokens));
            _sequences = [.. answers.Select(answer => new Sequence(prompt, answer.Length, SamplingParams.Default))];
            foreach (var (sequence, answer) in _sequences.Zip(answers))
            {
                sequence.Evaluated = prompt.Length;
                sequence.Append(answer[0]);
            }
        }

        public double Seconds { get; private set; }

        public int Drafted { get; private set; }

        public int Tokens => _sequences.Sum(sequence => sequence.GeneratedTokens - 1); // the first comes with the prompt

        public bool IsDone => Array.Exists(_sequences, sequence => sequence.GeneratedTokens == sequence.MaxTokens);

        public void Step(params ReadOnlySpan<ScheduledTokens> more)
        {
            List<ScheduledTokens> step = [.. _sequences.Select(sequence => new ScheduledTokens(sequence, sequence.Pending)), .. more];
            _speculator.Plan(step, 10_000);
            var drafted = step.Sum(part => part.Sequence.Draft?.Length ?? 0);
            Drafted += drafted;
            var seconds = _cost(_sequences.Length + drafted);
            Seconds += seconds;
            _budget.Observe(_sequences.Length, drafted, seconds);
            for (var i = 0; i < _sequences.Length; i++)
            {
                var sequence = _sequences[i];
                var isRight = true;
                sequence.Evaluated = sequence.Length;
                while (isRight && sequence.GeneratedTokens < sequence.MaxTokens)
                {
                    sequence.Append(_answers[i][sequence.GeneratedTokens]);
                    isRight = sequence.Draft?.Confirm(sequence.Tokens[^1]) == true;
                    sequence.Evaluated += isRight ? 1 : 0;
                }

                sequence.Draft?.Close();
            }
        }
    }
}
