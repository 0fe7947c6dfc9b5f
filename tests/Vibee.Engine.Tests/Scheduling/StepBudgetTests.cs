using Vibee.Engine.Scheduling;

namespace Vibee.Engine.Tests.Scheduling;

public class StepBudgetTests
{
    // Seconds of a step: what it costs to read the weights, and what each token adds.
    private static double Cpu(int tokens) => Math.Max(0.040, 0.020 + 0.018 * tokens);

    private static double Gpu(int tokens) => 0.010 + 0.00002 * tokens;

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(16)]
    public void PromptTokens_OnACpu_StreamsSlowDownToHalfAtMost(int streams)
    {
        var budget = Learn(Cpu, streams);

        var tokens = budget.PromptTokens(streams);

        Assert.InRange(Cpu(streams + tokens) / Cpu(streams), 1.2, 2);
    }

    [Fact]
    public void PromptTokens_OnAGpu_TakesHundreds() =>
        Assert.InRange(Learn(Gpu, 8).PromptTokens(8), 200, 504);

    [Fact]
    public void PromptTokens_NeverAStepWithStreamsAlone_StillKnows()
    {
        var budget = new StepBudget(8, 512);
        for (var i = 0; i < 200; i++)
            Observe(budget, Cpu, 8, Math.Max(1, budget.PromptTokens(8)));

        Assert.InRange(Cpu(8 + budget.PromptTokens(8)) / Cpu(8), 1.1, 2.2);
    }

    [Fact]
    public void PromptTokens_NoStreams_AtMostHalfASecond()
    {
        Assert.Equal(64, Learn(Cpu, 8).PromptTokens(0));
        Assert.Equal(512, Learn(Gpu, 8).PromptTokens(0));
    }

    [Fact]
    public void PromptTokens_NothingKnown_AtLeastOneAndNeverBeyondTheBatch()
    {
        var budget = new StepBudget(8, 16);
        Assert.Equal(16, budget.PromptTokens(0));
        Assert.Equal(1, budget.PromptTokens(5));
        Assert.Equal(0, budget.PromptTokens(16));
    }

    // A prompt alone, then streams, then both, as a server sees it.
    private static StepBudget Learn(Func<int, double> cost, int streams)
    {
        var budget = new StepBudget(16, 512);
        for (var i = 0; i < 30; i++)
            Observe(budget, cost, 0, budget.PromptTokens(0));
        for (var i = 0; i < 30; i++)
            Observe(budget, cost, streams, 0);
        for (var i = 0; i < 100; i++)
            Observe(budget, cost, streams, budget.PromptTokens(streams));
        return budget;
    }

    private static void Observe(StepBudget budget, Func<int, double> cost, int streams, int prompt) =>
        budget.Observe(streams, prompt, cost(streams + prompt));
}
