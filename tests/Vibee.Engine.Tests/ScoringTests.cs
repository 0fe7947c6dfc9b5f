using Vibee.Engine.Sampling;

namespace Vibee.Engine.Tests;

/// <summary>The probabilities of a prompt's own tokens.</summary>
public class ScoringTests
{
    [Theory]
    [InlineData(1, 64, 1000)]
    [InlineData(4, 7, 1000)]
    [InlineData(4, 16, 130)] // crowded: some are preempted in the middle
    public async Task Submit_PromptLogprobs_EveryTokenOnceInOrder(int slots, int batch, int cells)
    {
        await using var test = new TestEngine(TestEngine.Runner(TestEngine.Hash, slots, batch, cells: cells));
        int[] start = [3, 1, 4, 1, 5];
        var prompts = Enumerable.Range(0, 6).Select(i => (int[])[.. start, i, .. TestEngine.Expected([.. start, i], 30)]).ToList();
        var sequences = prompts.Select(prompt => new Sequence(prompt, 20, SamplingParams.Default, promptLogprobs: 1)).ToList();
        foreach (var sequence in sequences)
            test.Engine.Submit(sequence);

        foreach (var (prompt, sequence) in prompts.Zip(sequences))
        {
            var events = await TestEngine.ReadAsync(sequence);
            var scored = events.Where(value => value.Kind == GenerationEventKind.PromptToken).ToList();
            Assert.Equal(prompt, scored.Select(value => value.Token));
            Assert.Null(scored[0].Logprobs);
            // What the script itself would say is certain, and anything else all but impossible.
            Assert.All(scored.Skip(6), value => Assert.Equal(0, value.Logprobs!.Logprob, 0.001));
            Assert.True(scored[1].Logprobs!.Logprob < -50);
            Assert.Equal(TestEngine.Hash(prompt.AsSpan(0, 1)), scored[1].Logprobs!.Top.Single().Token);
            Assert.Equal(TestEngine.Expected(prompt, 20), TestEngine.Tokens(events));
        }
    }

    [Fact]
    public async Task Submit_NoTokensWanted_EvaluatesThePromptAndEnds()
    {
        await using var test = new TestEngine(TestEngine.Runner(TestEngine.Hash));

        var events = await TestEngine.ReadAsync(test.Submit([1, 2, 3], 0));

        Assert.Equal([GenerationEventKind.Started, GenerationEventKind.Finished], events.Select(value => value.Kind));
        Assert.Equal(FinishReason.Length, events[^1].Reason);
    }

    [Fact]
    public async Task Submit_PromptThatIsCached_IsScoredAllTheSame()
    {
        await using var test = new TestEngine(TestEngine.Runner(TestEngine.Hash));
        int[] prompt = [.. Enumerable.Range(0, 50)];
        await TestEngine.ReadAsync(test.Submit(prompt, 1));

        var sequence = new Sequence(prompt, 1, SamplingParams.Default, promptLogprobs: 0);
        test.Engine.Submit(sequence);

        var events = await TestEngine.ReadAsync(sequence);
        Assert.Equal(0, events[0].CachedTokens);
        Assert.Equal(prompt, events.Where(value => value.Kind == GenerationEventKind.PromptToken).Select(value => value.Token));
    }
}
