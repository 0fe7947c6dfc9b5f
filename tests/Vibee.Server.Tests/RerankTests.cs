using System.Net;
using System.Text.Json.Nodes;
using Vibee.Engine.Embeddings;

namespace Vibee.Server.Tests;

/// <summary>Case N03 of the contract.</summary>
public class RerankTests
{
    private static WordEmbedder Reranker => new() { Pooling = Pooling.Rank };

    [Theory]
    [InlineData("/rerank")]
    [InlineData("/v1/rerank")]
    [InlineData("/reranking")]
    public async Task N03_RelevantDocument_ComesFirst(string path)
    {
        await using var server = await TestServer.StartAsync(Reranker);
        Assert.Equal(
            """{"object":"list","model":"igla-7b","results":[{"index":2,"relevance_score":2},{"index":0,"relevance_score":-1},{"index":1,"relevance_score":-3}],"usage":{"prompt_tokens":15,"total_tokens":15}}""",
            await server.PostTextAsync(path, """{"query":"Hello world","documents":["x","xyz","Hello world"]}"""));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(99, 3)]
    public async Task N03_TopN_IsTheMostThereAre(int top, int expected)
    {
        await using var server = await TestServer.StartAsync(Reranker);
        var (_, json) = await server.PostJsonAsync("/v1/rerank", $$"""{"query":"a","documents":["b","a","aa"],"top_n":{{top}}}""");
        Assert.Equal(((int[])[2, 1, 0]).Take(expected), json["results"]!.AsArray().Select(result => (int)result!["index"]!));
        Assert.Equal(3 + 3 + 4, (int)json["usage"]!["prompt_tokens"]!);
    }

    [Fact]
    public async Task N03_TeiShape_IsABareArray()
    {
        await using var server = await TestServer.StartAsync(Reranker);
        Assert.Equal("""[{"index":1,"score":1},{"index":0,"score":-1}]""",
            await server.PostTextAsync("/rerank", """{"query":"a","texts":["b","a"]}"""));
        Assert.Equal("""[{"index":1,"score":1,"text":"a"},{"index":0,"score":-1,"text":"b"}]""",
            await server.PostTextAsync("/rerank", """{"query":"a","texts":["b","a"],"return_text":true}"""));
    }

    [Fact]
    public async Task N03_EqualScores_KeepTheirOrder()
    {
        await using var server = await TestServer.StartAsync(Reranker);
        var (_, json) = await server.PostJsonAsync("/v1/rerank", """{"query":"a","documents":["b","c","d","e"]}""");
        Assert.Equal([0, 1, 2, 3], json["results"]!.AsArray().Select(result => (int)result!["index"]!));
    }

    [Theory]
    [InlineData("""{"query":"a"}""", "documents")]
    [InlineData("""{"query":"a","documents":null}""", "documents")]
    [InlineData("""{"query":"a","documents":""}""", "documents")]
    [InlineData("""{"query":"a","documents":[]}""", "documents")]
    [InlineData("""{"query":"a","documents":[5]}""", "documents")]
    [InlineData("""{"query":"a","documents":["x",null]}""", "documents")]
    [InlineData("""{"query":"a","texts":[]}""", "texts")]
    [InlineData("""{"query":"a","texts":"x"}""", "texts")]
    [InlineData("""{"documents":["x"]}""", "query")]
    [InlineData("""{"query":5,"documents":["x"]}""", "query")]
    [InlineData("""{"query":"a","documents":["x"],"top_n":0}""", "top_n")]
    [InlineData("""{"query":"a","documents":["x"],"top_n":"1"}""", "top_n")]
    [InlineData("""{"query":"a","texts":["x"],"return_text":1}""", "return_text")]
    public async Task N03_BadFields_Are400WithTheirName(string body, string param)
    {
        await using var server = await TestServer.StartAsync(Reranker);
        var (status, json) = await server.PostJsonAsync("/v1/rerank", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_request_error", (string?)json["error"]!["type"]);
        Assert.Equal(param, (string?)json["error"]!["param"]);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(1_000_000)]
    public async Task TooLongDocument_Is400(int length)
    {
        await using var server = await TestServer.StartAsync(Reranker);
        var body = new JsonObject { ["query"] = "a", ["documents"] = new JsonArray("x", new string('x', length)) };
        var (status, json) = await server.PostJsonAsync("/v1/rerank", body.ToJsonString());
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("context_length_exceeded", (string?)json["error"]!["code"]);
        Assert.Equal("documents", (string?)json["error"]!["param"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task N03_OtherModels_Are501AndNotTriedAgain(bool embedder)
    {
        await using var server = embedder ? await TestServer.StartAsync(new WordEmbedder()) : await TestServer.StartAsync();
        using var response = await server.PostAsync("/v1/rerank", """{"query":"a","documents":["x"]}""");
        Assert.Equal(HttpStatusCode.NotImplemented, response.StatusCode);
        Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("not_supported_error", (string?)json["error"]!["type"]);
    }
}
