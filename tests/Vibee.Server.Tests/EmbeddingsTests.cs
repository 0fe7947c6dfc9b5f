using System.Buffers.Binary;
using System.Net;
using System.Text.Json.Nodes;
using Vibee.Engine;
using Vibee.Engine.Embeddings;

namespace Vibee.Server.Tests;

/// <summary>Section I of the contract, over HTTP.</summary>
public class EmbeddingsTests
{
    private static readonly ModelInfo Matryoshka =
        new() { Architecture = "words", TrainedContextLength = 64, EmbeddingLength = WordEmbedder.Length, IsMatryoshka = true };

    [Theory]
    [InlineData("/v1/embeddings")]
    [InlineData("/embeddings")]
    public async Task Post_Minimal_IsTheDocumentedShape(string path)
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        Assert.Equal(
            """{"object":"list","model":"igla-7b","data":[{"object":"embedding","index":0,"embedding":[0,0.6,0.8,0,0,0,0,0,0,0,0,0,0,0,0,0]}],"usage":{"prompt_tokens":7,"total_tokens":7}}""",
            await server.PostTextAsync(path, """{"model":"igla-7b","input":"aaabbbb","user":"me","unknown":1}"""));
    }

    [Fact]
    public async Task I01_ThreeInputs_KeepTheirOrder()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var (status, json) = await server.PostJsonAsync("/v1/embeddings", """{"input":["abc","Hello world","aaaa"]}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([0, 1, 2], json["data"]!.AsArray().Select(item => (int)item!["index"]!));
        Assert.Equal(1, Vector(json, 2)[1]);
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(1, Norm(Vector(json, i)), 1e-6));
        Assert.Equal(3 + 2 + 4, (int)json["usage"]!["prompt_tokens"]!);
        Assert.Equal(3 + 2 + 4, (int)json["usage"]!["total_tokens"]!);
    }

    [Fact]
    public async Task Base64_HasTheBytesOfTheSameFloats()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var (_, floats) = await server.PostJsonAsync("/v1/embeddings", """{"input":"Hello worldabcddeeee","encoding_format":"float"}""");
        var text = await server.PostTextAsync("/v1/embeddings", """{"input":"Hello worldabcddeeee","encoding_format":"base64"}""");
        var encoded = (string)JsonNode.Parse(text)!["data"]![0]!["embedding"]!;

        Assert.Contains(encoded, text); // + and / are not escaped
        var bytes = Convert.FromBase64String(encoded);
        var decoded = Enumerable.Range(0, bytes.Length / 4).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i))).ToArray();
        Assert.Equal(Vector(floats, 0), decoded);
    }

    [Fact]
    public async Task I03_32IdenticalInputs_AreIdentical_AndEqualASingleOne()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var (_, single) = await server.PostJsonAsync("/v1/embeddings", """{"input":"Hello world!"}""");
        var inputs = string.Join(',', Enumerable.Repeat("\"Hello world!\"", 32));
        var (_, batch) = await server.PostJsonAsync("/v1/embeddings", $$"""{"input":[{{inputs}}]}""");
        Assert.All(Enumerable.Range(0, 32), i => Assert.Equal(Vector(single, 0), Vector(batch, i)));
    }

    [Fact]
    public async Task I05_Dimensions_OfAMatryoshkaModel_AreTheRenormalizedPrefix()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder { Model = Matryoshka });
        var (_, full) = await server.PostJsonAsync("/v1/embeddings", """{"input":"abbcccdddd"}""");
        var (status, cut) = await server.PostJsonAsync("/v1/embeddings", """{"input":"abbcccdddd","dimensions":4}""");

        Assert.Equal(HttpStatusCode.OK, status);
        var prefix = Vector(full, 0)[..4];
        var norm = Norm(prefix);
        Assert.Equal(prefix.Select(number => number / norm), Vector(cut, 0).Select(number => (double)number), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("-1", true)]
    [InlineData("17", true)]
    [InlineData("4.5", true)]
    [InlineData("\"4\"", true)]
    [InlineData("4", false)]
    public async Task I05_BadDimensions_Are400(string dimensions, bool matryoshka)
    {
        await using var server = await TestServer.StartAsync(matryoshka ? new WordEmbedder { Model = Matryoshka } : new WordEmbedder());
        var (status, json) = await server.PostJsonAsync("/v1/embeddings", $$"""{"input":"abc","dimensions":{{dimensions}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("dimensions", (string?)json["error"]!["param"]);
    }

    [Fact]
    public async Task Dimensions_OfAllNumbers_NeedNoMatryoshka()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var (status, _) = await server.PostJsonAsync("/v1/embeddings", """{"input":"abc","dimensions":16.0}""");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("{}", "input", "missing_required_parameter")]
    [InlineData("""{"input":null}""", "input", "missing_required_parameter")]
    [InlineData("""{"input":""}""", "input", "invalid_value")]
    [InlineData("""{"input":[]}""", "input", "empty_array")]
    [InlineData("""{"input":[""]}""", "input", "invalid_value")]
    [InlineData("""{"input":[[]]}""", "input", "invalid_value")]
    [InlineData("""{"input":5}""", "input", "invalid_type")]
    [InlineData("""{"input":{}}""", "input", "invalid_type")]
    [InlineData("""{"input":[null]}""", "input", "invalid_type")]
    [InlineData("""{"input":["a",5]}""", "input", "invalid_value")]
    [InlineData("""{"input":[5,"a"]}""", "input", "invalid_value")]
    [InlineData("""{"input":[["a"]]}""", "input", "invalid_value")]
    [InlineData("""{"input":[-1]}""", "input", "invalid_value")]
    [InlineData("""{"input":[99999]}""", "input", "invalid_value")]
    [InlineData("""{"input":"a","encoding_format":"hex"}""", "encoding_format", "invalid_value")]
    [InlineData("""{"input":"a","encoding_format":5}""", "encoding_format", "invalid_type")]
    [InlineData("""{"input":"a","user":5}""", "user", "invalid_type")]
    public async Task I06_BadFields_Are400WithTheirName(string body, string param, string code)
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var (status, json) = await server.PostJsonAsync("/v1/embeddings", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(("invalid_request_error", param, code), Error(json));
    }

    [Theory]
    [InlineData(2048, 200)]
    [InlineData(2049, 400)]
    public async Task I06_Inputs_Are2048AtMost(int count, int expected)
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var inputs = string.Join(',', Enumerable.Repeat("\"a\"", count));
        var (status, json) = await server.PostJsonAsync("/v1/embeddings", $$"""{"input":[{{inputs}}]}""");
        Assert.Equal(expected, (int)status);
        if (expected == 400)
            Assert.Equal(("invalid_request_error", "input", "array_above_max_length"), Error(json));
    }

    [Fact]
    public async Task UnknownModel_Is404()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var (status, json) = await server.PostJsonAsync("/v1/embeddings", """{"input":"a","model":"nope"}""");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal(("invalid_request_error", "model", "model_not_found"), Error(json));
    }

    [Theory]
    [InlineData("\"INPUT\"")]
    [InlineData("[\"a\",\"INPUT\"]")]
    [InlineData("[IDS]")]
    public async Task TooLongInput_Is400_NotCut(string input)
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var (fits, _) = await server.PostJsonAsync("/v1/embeddings", $$"""{"input":{{Fill(64)}}}""");
        Assert.Equal(HttpStatusCode.OK, fits);
        foreach (var tokens in (int[])[65, 100_000])
        {
            var (status, json) = await server.PostJsonAsync("/v1/embeddings", $$"""{"input":{{Fill(tokens)}}}""");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal(("invalid_request_error", "input", "context_length_exceeded"), Error(json));
            Assert.Contains("64", (string)json["error"]!["message"]!);
        }

        string Fill(int tokens) => input.Replace("INPUT", new string('x', tokens)).Replace("IDS", string.Join(',', Enumerable.Repeat("65", tokens)));
    }

    [Fact]
    public async Task I07_TokenIds_AreTheSameAsTheirText()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var (_, tokenized) = await server.PostJsonAsync("/tokenize", """{"content":"Hello world, abc","add_special":true}""");
        var ids = tokenized["tokens"]!.ToJsonString();
        var expected = await server.PostTextAsync("/v1/embeddings", """{"input":"Hello world, abc"}""");
        foreach (var input in (string[])[ids, $"[{ids}]", "[\"Hello world, abc\"]"])
            Assert.Equal(expected, await server.PostTextAsync("/v1/embeddings", $$"""{"input":{{input}}}"""));
    }

    [Fact]
    public async Task I08_ChatModel_IsNoEmbedder()
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync("/v1/embeddings", """{"input":"Hello"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(("invalid_request_error", "model", "unsupported_value"), Error(json));
        Assert.Contains("--pooling", (string)json["error"]!["message"]!);
    }

    [Theory]
    [InlineData(Pooling.Mean, "/v1/embeddings")]
    [InlineData(Pooling.Rank, "/v1/rerank")]
    public async Task I08_Embedder_GeneratesNoText(Pooling pooling, string instead)
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder { Pooling = pooling });
        foreach (var path in (string[])["/v1/chat/completions", "/v1/completions", "/v1/responses", "/apply-template", "/v1/chat/completions/input_tokens"])
        {
            var (status, json) = await server.PostJsonAsync(path, """{"messages":[{"role":"user","content":"x"}],"prompt":"x","input":"x"}""");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal(("invalid_request_error", "model", "unsupported_value"), Error(json));
            Assert.Contains(instead, (string)json["error"]!["message"]!);
        }

        var (anthropic, error) = await server.PostJsonAsync("/v1/messages", """{"messages":[{"role":"user","content":"x"}],"max_tokens":5}""");
        Assert.Equal(HttpStatusCode.BadRequest, anthropic);
        Assert.Equal("error", (string?)error["type"]);
    }

    [Fact]
    public async Task Reranker_MakesNoEmbeddings()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder { Pooling = Pooling.Rank });
        var (status, json) = await server.PostJsonAsync("/v1/embeddings", """{"input":"x"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(("invalid_request_error", "model", "unsupported_value"), Error(json));
    }

    [Fact]
    public async Task Models_TellOfAnEmbedder()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder());
        var model = JsonNode.Parse(await server.GetTextAsync("/v1/models"))!["data"]![0]!;
        Assert.Equal(64, (int)model["max_model_len"]!);
        Assert.Equal("words", (string?)model["meta"]!["architecture"]);
    }

    [Fact]
    public async Task Vectors_ThatAreNoNumbers_AreAnErrorAndNoJunk()
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder { Number = () => float.PositiveInfinity });
        using var response = await server.PostAsync("/v1/embeddings", """{"input":"ab"}""");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
    }

    private static float[] Vector(JsonNode json, int index) =>
        [.. json["data"]![index]!["embedding"]!.AsArray().Select(number => (float)number!)];

    private static double Norm(float[] vector) => Math.Sqrt(vector.Sum(number => (double)number * number));

    private static (string?, string?, string?) Error(JsonNode json) =>
        ((string?)json["error"]!["type"], (string?)json["error"]!["param"], (string?)json["error"]!["code"]);
}
