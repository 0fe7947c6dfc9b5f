
namespace Vibee.Server.Tests;

/// <summary>Section E of the contract.</summary>
public class SamplingTests
{
    [Fact]
    public async Task E01_Seed_MakesAnswersRepeatable()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        var same = new HashSet<string>();
        var different = new HashSet<string>();
        var greedy = new HashSet<string>();
        for (var i = 1; i <= 8; i++)
        {
            same.Add(await SayAsync(server, "\"seed\":42"));
            different.Add(await SayAsync(server, $"\"seed\":{i}"));
            greedy.Add(await SayAsync(server, $"\"seed\":{i},\"temperature\":0"));
        }

        Assert.Single(same);
        Assert.True(different.Count > 1);
        Assert.Equal(["aaaaaaaaaaaa"], greedy);
        Assert.NotEqual(await SayAsync(server, ""), await SayAsync(server, ""));
    }

    [Fact]
    public async Task E02_Seed_Has64Bits()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        Assert.NotEqual(await SayAsync(server, "\"seed\":0"), await SayAsync(server, $"\"seed\":{1L << 40}"));
    }

    [Fact]
    public async Task E04_Greedy_IsTheSameInCompany()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SayAsync(server, "\"temperature\":0")));
        Assert.Equal(["aaaaaaaaaaaa"], answers.Distinct());
    }

    [Fact]
    public async Task E05_TopPZero_IsGreedy()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        Assert.Equal("aaaaaaaaaaaa", await SayAsync(server, "\"top_p\":0,\"temperature\":2"));
    }

    [Fact]
    public async Task E06_E13_TopLogprobs_AreSortedAndHoldTheGreedyChoice()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        var (_, json) = await server.ChatAsync("\"max_tokens\":5,\"temperature\":0,\"logprobs\":true,\"top_logprobs\":5");
        var tokens = json["choices"]![0]!["logprobs"]!["content"]!.AsArray();

        Assert.Equal(5, tokens.Count);
        foreach (var token in tokens)
        {
            Assert.Equal("a", (string?)token!["token"]);
            Assert.True((double)token["logprob"]! < 0);
            Assert.Equal(["a", "b", "c", "d", "e"], token["top_logprobs"]!.AsArray().Select(rival => (string?)rival!["token"]));
        }

        Assert.True(json["choices"]![0]!["logprobs"]!.AsObject().ContainsKey("refusal"));
    }

    [Fact]
    public async Task E11_LogitBias_BansAndForces()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        Assert.Equal("bbbbbbbbbbbb", await SayAsync(server, "\"temperature\":0,\"logit_bias\":{\"97\":-100}"));
        Assert.Equal("zzzzzzzzzzzz", await SayAsync(server, "\"temperature\":1,\"logit_bias\":{\"122\":100}"));
    }

    [Fact]
    public async Task E12_FrequencyPenalty_CountsGeneratedTokensOnly()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        Assert.Equal("abcdefghijkl", await SayAsync(server, "\"temperature\":0,\"frequency_penalty\":2"));
    }

    [Fact]
    public async Task Choices_HaveSeedsOfTheirOwn()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        var (_, json) = await server.ChatAsync("\"max_tokens\":12,\"seed\":7,\"n\":3,\"temperature\":1");
        var texts = json["choices"]!.AsArray().Select(choice => (string?)choice!["message"]!["content"]).ToList();

        Assert.Equal(await SayAsync(server, "\"seed\":7,\"temperature\":1"), texts[0]);
        Assert.Equal(await SayAsync(server, "\"seed\":8,\"temperature\":1"), texts[1]);
        Assert.Equal(await SayAsync(server, "\"seed\":9,\"temperature\":1"), texts[2]);
        Assert.Equal(36, (int)json["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task ServerDefaults_StandOverTheModelsAndUnderTheRequests()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner(),
            new ServerOptions { Sampling = new SamplingOverrides { Temperature = 0 } });
        Assert.Equal("aaaaaaaaaaaa", await SayAsync(server, "\"seed\":1"));
        Assert.NotEqual("aaaaaaaaaaaa", await SayAsync(server, "\"seed\":1,\"temperature\":1"));
    }

    private static async Task<string> SayAsync(TestServer server, string fields)
    {
        var (_, json) = await server.ChatAsync($"\"max_tokens\":12{(fields.Length > 0 ? "," : "")}{fields}");
        return (string)json["choices"]![0]!["message"]!["content"]!;
    }
}
