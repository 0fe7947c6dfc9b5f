using Vibee.Engine.Sampling;

namespace Vibee.Engine.Tests.Caching;

public class PrefixCacheTests
{
    private static readonly int[] Prefix = [.. Enumerable.Range(0, 100)];

    [Fact]
    public async Task Submit_PromptOfAFinishedConversation_EvaluatesOnlyWhatIsNew()
    {
        await using var test = new CountedEngine();
        var first = await test.RunAsync(Prefix, 10);
        int[] conversation = [.. Prefix, .. first.Tokens];

        var second = await test.RunAsync([.. conversation, 7, 8, 9], 10);

        // The last token that was generated was never evaluated.
        Assert.Equal(conversation.Length - 1, second.CachedTokens);
        Assert.Equal(TestEngine.Expected([.. conversation, 7, 8, 9], 10), second.Tokens);
        Assert.Equal(100 + 9 + 4 + 9, test.Evaluated);
    }

    [Fact]
    public async Task Submit_SamePromptAgain_EvaluatesItsLastToken()
    {
        await using var test = new CountedEngine();
        await test.RunAsync(Prefix, 1);

        var again = await test.RunAsync(Prefix, 1);

        Assert.Equal(99, again.CachedTokens);
        Assert.Equal(100 + 1, test.Evaluated);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(2)]
    public async Task Submit_ManyWithAPrefixAtOnce_EvaluateItOnce(int parallel)
    {
        await using var test = new CountedEngine(parallel, hold: true);
        var prompts = Enumerable.Range(0, 8).Select(i => (int[])[.. Prefix, 200, i]).ToList();
        var running = prompts.Select(prompt => test.RunAsync(prompt, 5)).ToList();
        test.Open();

        foreach (var (prompt, run) in prompts.Zip(running))
            Assert.Equal(TestEngine.Expected(prompt, 5), (await run).Tokens);

        Assert.Equal(102 + 7 * 1 + 8 * 4, test.Evaluated);
        Assert.Equal(7, (await Task.WhenAll(running)).Count(run => run.CachedTokens == 101));
    }

    [Fact]
    public async Task Cancel_WhoEvaluatesAPrefix_HandsItOn()
    {
        await using var test = new CountedEngine(hold: true);
        var leaving = new Sequence(Prefix, 5, SamplingParams.Default);
        test.Engine.Submit(leaving);
        var waiting = new[] { test.RunAsync([.. Prefix, 1], 5), test.RunAsync([.. Prefix, 2], 5) };
        test.WaitUntilHeld();

        leaving.Cancel();
        test.Open();

        foreach (var run in waiting)
            Assert.Equal(5, (await run).Tokens.Length);
        // The first step's share of the prompt was not evaluated again.
        Assert.Equal(100 + 2 + 2 * 4, test.Evaluated);
    }

    [Fact]
    public async Task Evict_CacheFull_ForgetsWhatWasUsedLeastRecently()
    {
        await using var test = new CountedEngine(cells: 250);
        int[] Prompt(int first) => [first, .. Enumerable.Range(0, 99)];
        await test.RunAsync(Prompt(1), 1);
        await test.RunAsync(Prompt(2), 1);
        await test.RunAsync(Prompt(1), 1);

        await test.RunAsync(Prompt(3), 1); // there is room for two and a half

        Assert.Equal(99, (await test.RunAsync(Prompt(1), 1)).CachedTokens);
        Assert.Equal(0, (await test.RunAsync(Prompt(2), 1)).CachedTokens);
    }

    [Fact]
    public async Task Submit_AloneInTheCache_NeverMoreCellsThanThereAre()
    {
        await using var test = new CountedEngine(cells: 130);
        for (var i = 0; i < 20; i++)
        {
            var run = await test.RunAsync([i, .. Prefix], 20);
            Assert.Equal(20, run.Tokens.Length);
        }
    }
}
