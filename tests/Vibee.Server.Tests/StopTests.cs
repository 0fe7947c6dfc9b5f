using System.Text;
using System.Text.Json.Nodes;

namespace Vibee.Server.Tests;

/// <summary>Section D of the contract, and reasoning.</summary>
public class StopTests
{
    [Theory]
    [InlineData("\"c\"", "ab", 3)]
    [InlineData("[\"c\"]", "ab", 3)]
    [InlineData("[\"cd\",\"bc\"]", "a", 3)]
    [InlineData("[\"b\",\"bcd\"]", "a", 2)]
    [InlineData("\"a\"", "", 1)]
    [InlineData("\"user\"", "abcdef", 7)]
    [InlineData("\"bx\"", "abcdef", 7)]
    [InlineData("\"fg\"", "abcdef", 7)]
    public async Task D01_D03_D05_D07_Stops_CutTheText(string stop, string expected, int tokens)
    {
        await using var server = await TestServer.StartAsync(Script.Says("a", "b", "c", "d", "e", "f"));
        await CheckAsync(server, stop, expected, tokens);
    }

    [Fact]
    public async Task D03_NearMiss_LosesNothing()
    {
        await using var server = await TestServer.StartAsync(Script.Says("abc ", "STOPP", "ER"));
        await CheckAsync(server, "\"STOPPING\"", "abc STOPPER", 4);
    }

    [Fact]
    public async Task D10_StopOfSeveralTokens_IsFoundInBytes()
    {
        await using var server = await TestServer.StartAsync(Script.Says("a", "🦙", "b"));
        await CheckAsync(server, "\"🦙\"", "a", 5);
        await CheckAsync(server, "[]", "a🦙b", 7);
    }

    [Fact]
    public async Task Length_InsideACharacter_IsOneReplacement()
    {
        await using var server = await TestServer.StartAsync(Script.Says("a", "🦙", "b"));
        var (_, json) = await server.ChatAsync("\"max_tokens\":3");
        Assert.Equal("a\uFFFD", (string?)json["choices"]![0]!["message"]!["content"]);
        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true,\"max_tokens\":3")));
        Assert.Equal("a\uFFFD", Sse.Content(chunks));
    }

    [Theory]
    [InlineData("\"de\"")]
    [InlineData("\"e\"")]
    [InlineData("\"🦙\"")]
    [InlineData("\"xyz\"")]
    [InlineData("\"g\"")]
    public async Task D11_E06_LogprobBytes_AreTheContent(string stop)
    {
        await using var server = await TestServer.StartAsync(Script.Says("abc", "def", "g", "é🦙", "h", "x"));
        var fields = $"\"stop\":{stop},\"logprobs\":true,\"top_logprobs\":2";
        var (_, json) = await server.ChatAsync(fields);
        var choice = json["choices"]![0]!;
        Assert.Equal((string?)choice["message"]!["content"], Decode(choice["logprobs"]!["content"]!.AsArray()));

        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody(fields + ",\"stream\":true")));
        foreach (var chunk in Sse.Choices(chunks).Where(chunk => chunk["logprobs"] is not null))
            Assert.Equal((string?)chunk["delta"]!["content"], Decode(chunk["logprobs"]!["content"]!.AsArray()));
        var streamed = Sse.Choices(chunks).Where(chunk => chunk["logprobs"] is not null).SelectMany(chunk => chunk["logprobs"]!["content"]!.AsArray());
        Assert.Equal(choice["logprobs"]!["content"]!.AsArray().Select(token => token!.ToJsonString()), streamed.Select(token => token!.ToJsonString()));
    }

    [Theory]
    [InlineData("<think>|\n|two| plus| two|\n|</think>|\n\n|Four", "two plus two", "Four")]
    [InlineData("<th|ink>|two</thi|nk>Fo|ur", "two", "Four")]
    [InlineData("\n<think></think>|Four", null, "Four")]
    [InlineData("<thinking>|two|</thinking>|Four", "two", "Four")]
    [InlineData("<think>|two| plus", "two plus", "")]
    [InlineData("<think>|two|</th", "two</th", "")]
    [InlineData("<this>|Four", null, "<this>Four")]
    [InlineData("<thi", null, "<thi")]
    [InlineData("Four|<think>|x", null, "Four<think>x")]
    public async Task Reasoning_IsPartedFromContent(string pieces, string? reasoning, string content)
    {
        await using var server = await TestServer.StartAsync(Script.Says(pieces.Split('|')));
        var (_, json) = await server.ChatAsync();
        var message = json["choices"]![0]!["message"]!;
        Assert.Equal(reasoning, (string?)message["reasoning_content"]);
        Assert.Equal(reasoning, (string?)message["reasoning"]);
        Assert.Equal(content, (string?)message["content"]);

        var stream = await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true"));
        var chunks = Sse.Chunks(stream);
        Assert.Equal(reasoning ?? "", string.Concat(Sse.Choices(chunks).Select(choice => (string?)choice["delta"]!["reasoning_content"])));
        Assert.Equal(content, string.Concat(Sse.Choices(chunks).Select(choice => (string?)choice["delta"]!["content"])));
        Assert.DoesNotContain(Sse.Choices(chunks), choice => choice["delta"]!["content"] is not null && choice["delta"]!["reasoning"] is not null);

        var (_, plain) = await server.ChatAsync("\"reasoning_format\":\"none\"");
        Assert.Equal(pieces.Replace("|", ""), (string?)plain["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public async Task D12_StopInsideReasoning_DoesNotMatch()
    {
        await using var server = await TestServer.StartAsync(Script.Says("<think>", "two", "</think>", "Fo", "two", "ur"));
        var (_, json) = await server.ChatAsync("\"stop\":\"two\",\"logprobs\":true");
        var choice = json["choices"]![0]!;
        Assert.Equal("two", (string?)choice["message"]!["reasoning_content"]);
        Assert.Equal("Fo", (string?)choice["message"]!["content"]);
        Assert.Equal("Fo", Decode(choice["logprobs"]!["content"]!.AsArray()));
        Assert.Equal(3, (int)json["usage"]!["completion_tokens_details"]!["reasoning_tokens"]!);
        Assert.Equal(5, (int)json["usage"]!["completion_tokens"]!);
    }

    private static async Task CheckAsync(TestServer server, string stop, string expected, int tokens)
    {
        var (_, json) = await server.ChatAsync($"\"stop\":{stop}");
        Assert.Equal(expected, (string?)json["choices"]![0]!["message"]!["content"]);
        Assert.Equal("stop", (string?)json["choices"]![0]!["finish_reason"]);
        Assert.Equal(tokens, (int)json["usage"]!["completion_tokens"]!);

        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody($"\"stream\":true,\"stop\":{stop}")));
        Assert.Equal(expected, Sse.Content(chunks));
        Assert.DoesNotContain(Sse.Choices(chunks).Skip(1), choice => (string?)choice["delta"]!["content"] == "");
        await TestServer.UntilAsync(() => server.Metrics.SlotsInUse == 0);
    }

    private static string Decode(JsonArray tokens) =>
        Encoding.UTF8.GetString([.. tokens.SelectMany(token => token!["bytes"]!.AsArray()).Select(value => (byte)(int)value!)]);
}
