using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Vibee.Engine.Speculation;

namespace Vibee.Server.Tests;

/// <summary>Answers of a server that speculates, on Trinity.</summary>
public sealed partial class SpeculationTests
{
    [Theory]
    [InlineData("/v1/chat/completions", "\"temperature\":0,\"ignore_eos\":true,\"max_tokens\":120")]
    [InlineData("/v1/chat/completions", "\"n\":3,\"seed\":7,\"temperature\":0.8,\"max_tokens\":60")]
    [InlineData("/v1/chat/completions", "\"logprobs\":true,\"top_logprobs\":2,\"temperature\":0,\"max_tokens\":60,\"ignore_eos\":true")]
    [InlineData("/v1/chat/completions", "\"temperature\":0,\"stop\":[\"the\",\" 1\"],\"ignore_eos\":true,\"max_tokens\":120")]
    [InlineData("/v1/chat/completions", "\"temperature\":0,\"guided_regex\":\"(The cat is (red|blue)\\\\. ){8}\"")]
    [InlineData("/v1/chat/completions", "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"temperature\":0,\"ignore_eos\":true,\"max_tokens\":80")]
    [InlineData("/v1/completions", "\"best_of\":3,\"n\":2,\"seed\":3,\"max_tokens\":40")]
    [InlineData("/v1/completions", "\"echo\":true,\"logprobs\":2,\"temperature\":0,\"max_tokens\":60")]
    public async Task Answer_IsTheSameToTheLetter(string path, string fields)
    {
        await using var plain = await TestServer.StartAsync(DefaultRunner.Trinity(TestServer.Capacity));
        await using var speculating = await TestServer.StartAsync(DefaultRunner.Trinity(TestServer.Capacity), speculation: SpeculationKind.Ngram);
        foreach (var text in new[] { "Tell me a story about a cat. The cat is red. The cat is blue. The cat is red.", "What is 1 plus 1? What is 1 plus 1?" })
        {
            var body = path.Contains("chat")
                ? "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]," + fields + "}"
                : "{\"prompt\":\"" + text + "\"," + fields + "}";
            Assert.Equal(Mask(await plain.PostTextAsync(path, body)), Mask(await speculating.PostTextAsync(path, body)));
        }
    }

    [Fact]
    public async Task Prediction_ComesTrue_IsCounted()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(TestServer.Capacity), speculation: SpeculationKind.Ngram);
        const string Fields = "\"temperature\":0,\"ignore_eos\":true,\"max_tokens\":60";
        var (_, free) = await server.ChatAsync(Fields);
        var said = (string)free["choices"]![0]!["message"]!["content"]!;
        var prediction = JsonValue.Create(said).ToJsonString();

        var (status, predicted) = await server.ChatAsync(Fields + ",\"prediction\":{\"type\":\"content\",\"content\":" + prediction + "}");
        var (_, inParts) = await server.ChatAsync(Fields + ",\"prediction\":{\"type\":\"content\",\"content\":[{\"type\":\"text\",\"text\":" + prediction + "}]}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(said, (string)predicted["choices"]![0]!["message"]!["content"]!);
        Assert.Equal(said, (string)inParts["choices"]![0]!["message"]!["content"]!);
        Assert.Null(free["usage"]!["completion_tokens_details"]!["accepted_prediction_tokens"]);
        var details = predicted["usage"]!["completion_tokens_details"]!;
        Assert.InRange((int)details["accepted_prediction_tokens"]! + (int)details["rejected_prediction_tokens"]!, 1, 200);
    }

    [Theory]
    [InlineData("{\"content\":\"x\"}", "prediction.type")]
    [InlineData("{\"type\":\"content\"}", "prediction.content")]
    [InlineData("{\"type\":\"guess\",\"content\":\"x\"}", "prediction.type")]
    [InlineData("{\"type\":\"content\",\"content\":5}", "prediction.content")]
    [InlineData("{\"type\":\"content\",\"content\":[{\"type\":\"image_url\"}]}", "prediction.content[0].type")]
    public async Task Prediction_OfAnotherKind_IsRefused(string prediction, string param)
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.ChatAsync($"\"prediction\":{prediction}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, (string)json["error"]!["param"]!);
    }

    [Fact]
    public async Task Prediction_NobodySpeculates_IsNotCounted()
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.ChatAsync("\"prediction\":{\"type\":\"content\",\"content\":\"Hello!\"}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Null(json["usage"]!["completion_tokens_details"]!["accepted_prediction_tokens"]);
    }

    /// <summary>A long one takes no seconds and no memory beyond the context's.</summary>
    [Fact]
    public async Task Prediction_Megabytes_IsCutToWhatCanBeSaid()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(TestServer.Capacity), speculation: SpeculationKind.Ngram);
        var (status, _) = await server.ChatAsync($"\"max_tokens\":3,\"prediction\":{{\"type\":\"content\",\"content\":\"{new string('x', 8 << 20)}\"}}");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Cancelled_InMidDraft_ServerGoesOnAsIfNothingHadBeen()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(TestServer.Capacity), speculation: SpeculationKind.Ngram);
        var before = await server.ChatAsync("\"temperature\":0,\"max_tokens\":80,\"ignore_eos\":true");
        for (var i = 0; i < 8; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
            {
                Content = new StringContent(TestServer.ChatBody("\"temperature\":0,\"stream\":true,\"ignore_eos\":true"), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
            };
            using var response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
            for (var line = 0; line <= 4 * i; line++)
                await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }

        await TestServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
        var after = await server.ChatAsync("\"temperature\":0,\"max_tokens\":80,\"ignore_eos\":true");
        Assert.Equal((string)before.Json["choices"]![0]!["message"]!["content"]!, (string)after.Json["choices"]![0]!["message"]!["content"]!);
    }

    // Ids and times; and the servers' settings, which are not the same.
    private static string Mask(string text) => Volatile().Replace(text, "\"$1\":0");

    [GeneratedRegex("\"(id|created|system_fingerprint|cached_tokens)\":(\"[^\"]*\"|\\d+)")]
    private static partial Regex Volatile();
}
