using Vibee.Engine;

namespace Vibee.Server.Tests;

/// <summary>What only a model can show, on Trinity.</summary>
public class TrinityTests
{
    [Fact]
    public async Task ManyClients_FewSlots_EachAnswerIsThatOfALonelyOne()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(TestServer.Capacity));
        var questions = Questions().ToList();
        var alone = new List<string>();
        foreach (var question in questions)
            alone.Add(await AskAsync(server, question));
        Assert.True(alone.Distinct().Count() > questions.Count / 2);
        Assert.Equal(alone, await Task.WhenAll(questions.Select(question => AskAsync(server, question))));
    }

    [Fact]
    public async Task KvCacheTooSmallForAll_PreemptedSequencesContinueExactly()
    {
        var roomy = TestServer.Capacity;
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(roomy with { KvCells = 128 }));
        await using var other = await TestServer.StartAsync(DefaultRunner.Trinity(roomy));
        var questions = Questions().ToList();
        var answers = await Task.WhenAll(questions.Select(question => AskAsync(server, question)));
        Assert.Equal(await Task.WhenAll(questions.Select(question => AskAsync(other, question))), answers);
    }

    [Fact]
    public async Task Metrics_OfARunnerThatKeepsCount_ShowItsMemory()
    {
        var runner = DefaultRunner.Trinity(TestServer.Capacity);
        await using var server = await TestServer.StartAsync(runner);
        server.Metrics.Watch(runner);
        await server.ChatAsync();
        await TestServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
        var samples = await server.ScrapeAsync();
        var memory = runner.MemoryUse;
        Assert.Equal($"{memory.WeightBytes}", samples["igla_weights_bytes"]);
        Assert.Equal($"{memory.KvBytes}", samples["igla_kv_cache_bytes"]);
        Assert.Equal($"{memory.ScratchBytes}", samples["igla_scratch_bytes"]);
        Assert.Equal($"{memory.KvBlocks}", samples["igla_kv_blocks"]);
        Assert.Equal($"{memory.KvBlocksUsed}", samples["igla_kv_blocks_used"]);
    }

    private static IEnumerable<string> Questions() =>
        Enumerable.Range(2, 5).SelectMany(i => new[] { $"What is {i} plus {9 - i}?", $"Tell me a story about {i} cats." });

    private static async Task<string> AskAsync(TestServer server, string question)
    {
        var (_, json) = await server.PostJsonAsync(
            "/v1/chat/completions", $$"""{"messages":[{"role":"user","content":"{{question}}"}],"max_tokens":40,"temperature":0}""");
        return (string)json["choices"]![0]!["message"]!["content"]!;
    }
}
