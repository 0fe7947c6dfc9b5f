using System.Net;
using System.Text.Json.Nodes;
using NJsonSchema;
using Vibee.Engine.Embeddings;

namespace Vibee.Server.Tests;

/// <summary>What the server answers is what its document says, no field less and none more; judged by a validator that
/// is not ours.</summary>
public class OpenApiAnswerTests
{
    private const string Components = "#/components/schemas/";
    private const string Events = "text/event-stream";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Requests whose answers have what those to the examples lack.</summary>
    private static readonly (string Path, string Body)[] More =
    [
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"Hello!"}],"logprobs":true,"top_logprobs":2,"n":2,"timings_per_token":true,"max_tokens":2}"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"<|think|>"}],"temperature":0}"""),
        ("/v1/completions", """{"prompt":["Hello","x"],"logprobs":2,"echo":true,"timings_per_token":true}"""),
        ("/v1/completions", """{"prompt":"Hello","max_tokens":0,"logprobs":0,"echo":true}"""),
        ("/v1/responses", """{"input":"Hello!","max_output_tokens":1,"metadata":{"a":"b"},"reasoning":{"effort":"low"},"include":["message.output_text.logprobs"],"top_logprobs":2}"""),
        ("/v1/messages", """{"max_tokens":2,"messages":[{"role":"user","content":"Hello!"}]}"""),
        ("/v1/messages", """{"max_tokens":20,"stop_sequences":["iGLA"],"messages":[{"role":"user","content":"Hello!"}]}"""),
        ("/v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"now"}}],"tool_choice":"required"}"""),
        ("/v1/responses", """{"input":"x","tools":[{"type":"function","name":"now"}],"tool_choice":{"type":"function","name":"now"}}"""),
        ("/v1/messages", """{"max_tokens":200,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"now","input_schema":{"properties":{},"additionalProperties":false}}],"tool_choice":{"type":"any"}}"""),
        ("/v1/embeddings", """{"input":["a","b"],"encoding_format":"base64"}"""),
        ("/tokenize", """{"content":"Hello\u00e9"}"""),
        ("/tokenize", """{"content":"Hello\u00e9","with_pieces":true}"""),
    ];

    [Fact]
    public async Task Answers_OfTextModel_AreAsDocumented()
    {
        await using var server = await TestServer.StartAsync();
        Assert.True(await CheckAsync(server) > 60);
    }

    [Fact]
    public async Task Answers_OfThinkingModel_AreAsDocumented()
    {
        await using var server = await TestServer.StartAsync(Script.WithTemplate(
            "{% for message in messages %}<|im_start|>user\n{{ message.content }}{% endfor %}<|im_start|>assistant\n<think>", "Well", "</think>", "Hi"));
        Assert.True(await CheckAsync(server) > 60);
    }

    [Theory]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Rank)]
    public async Task Answers_OfEmbedder_AreAsDocumented(Pooling pooling)
    {
        await using var server = await TestServer.StartAsync(new WordEmbedder { Pooling = pooling });
        Assert.True(await CheckAsync(server) > 10);
    }

    [Fact]
    public async Task Answers_WhileLoading_AreAsDocumented()
    {
        await using var loaded = await TestServer.StartAsync();
        var document = JsonNode.Parse(await loaded.GetTextAsync("/openapi.json"))!;
        var schemas = await SchemasAsync(document);
        await using var server = await TestServer.StartLoadingAsync();
        using var health = await server.Client.GetAsync("/health", Cancellation);
        await CheckAsync(document, schemas, "/health", "get", health, "");
        using var models = await server.Client.GetAsync("/v1/models", Cancellation);
        await CheckAsync(document, schemas, "/v1/models", "get", models, "");
    }

    [Fact]
    public async Task Schemas_MissOrAddAnyField_FindIt()
    {
        await using var server = await TestServer.StartAsync();
        var schema = (await SchemasAsync(JsonNode.Parse(await server.GetTextAsync("/openapi.json"))!))["ChatCompletion"];
        var (_, answer) = await server.ChatAsync("\"logprobs\":true,\"top_logprobs\":1");
        Assert.Empty(schema.Validate(answer.ToJsonString()));
        foreach (var path in (string[])["", "usage", "usage.prompt_tokens_details", "choices.0", "choices.0.message", "choices.0.logprobs.content.0"])
        {
            foreach (var name in At(answer, path).Select(field => field.Key).Except(["top_logprobs"]).ToList())
                Assert.NotEmpty(schema.Validate(Changed(answer, path, place => place.Remove(name))));
            Assert.NotEmpty(schema.Validate(Changed(answer, path, place => place["more"] = 1)));
        }
    }

    private static string Changed(JsonNode answer, string path, Action<JsonObject> change)
    {
        var copy = answer.DeepClone();
        change(At(copy, path));
        return copy.ToJsonString();
    }

    private static JsonObject At(JsonNode json, string path) => path.Split('.', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(json, (node, name) => int.TryParse(name, out var index) ? node[index]! : node[name]!).AsObject();

    /// <returns>How many answers were looked at.</returns>
    private static async Task<int> CheckAsync(TestServer server)
    {
        var document = JsonNode.Parse(await server.GetTextAsync("/openapi.json"))!;
        var schemas = await SchemasAsync(document);
        var count = 0;
        foreach (var operation in ApiDocument.Parse(document.ToJsonString()).Operations)
        {
            foreach (var (path, body) in RequestsOf(document, operation))
            {
                using var response = operation.Method == "GET" ? await server.Client.GetAsync(path, Cancellation) : await server.PostAsync(path, body);
                await CheckAsync(document, schemas, operation.Path, operation.Method.ToLowerInvariant(), response, body);
                count++;
            }
        }

        return count;
    }

    private static IEnumerable<(string Path, string Body)> RequestsOf(JsonNode document, ApiOperation operation)
    {
        if (operation.Method == "GET")
            return [(operation.Path.Replace("{id}", "igla-7b"), ""), .. operation.Path.Contains('{') ? [(operation.Path.Replace("{id}", "x"), "")] : Array.Empty<(string, string)>()];

        var bodies = operation.Examples.Concat(More.Where(more => more.Path == operation.Path).Select(more => JsonNode.Parse(more.Body)!)).ToList();
        var streams = document["paths"]![operation.Path]!["post"]!["responses"]!["200"]!["content"]![Events] is not null;
        return bodies.SelectMany(body => (JsonNode[])[Streamed(body, false), .. streams ? [Streamed(body, true)] : Array.Empty<JsonNode>()])
            .Append(new JsonObject()) // which is refused
            .Select(body => (operation.Path, body.ToJsonString()));
    }

    private static JsonNode Streamed(JsonNode body, bool stream)
    {
        var copy = body.DeepClone().AsObject();
        copy.Remove("stream_options");
        copy["stream"] = stream;
        return copy;
    }

    private static async Task CheckAsync(JsonNode document, IDictionary<string, JsonSchema> schemas, string path, string method, HttpResponseMessage response, string body)
    {
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        var responses = document["paths"]![path]![method]!["responses"]!;
        var content = responses[response.StatusCode == HttpStatusCode.OK ? "200" : "default"]!["content"];
        var type = response.Content.Headers.ContentType!.MediaType!;
        if (content is null)
            return; // not JSON, and not described

        var schema = schemas[((string)content[type]!["schema"]!["$ref"]!)[Components.Length..]];
        foreach (var json in type == Events ? FramesOf(text) : [text])
        {
            var errors = schema.Validate(json);
            Assert.True(errors.Count == 0, $"{path} {body} {json}: {string.Join("; ", errors.Select(error => $"{error.Kind} {error.Path}"))}");
        }
    }

    private static IEnumerable<string> FramesOf(string stream) => stream.Split('\n')
        .Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => line["data: ".Length..]);

    /// <summary>The schemas of the document, strict.</summary>
    private static async Task<IDictionary<string, JsonSchema>> SchemasAsync(JsonNode document)
    {
        var schemas = document["components"]!["schemas"]!.DeepClone();
        Close(schemas);
        var json = new JsonObject { ["definitions"] = schemas }.ToJsonString().Replace(Components, "#/definitions/");
        return (await JsonSchema.FromJsonAsync(json, Cancellation)).Definitions;
    }

    /// <summary>What is not listed is not allowed.</summary>
    private static void Close(JsonNode? schema)
    {
        if (schema is JsonArray array)
        {
            foreach (var item in array)
                Close(item);
        }
        else if (schema is JsonObject fields)
        {
            foreach (var (_, field) in fields.ToList())
                Close(field);
            if (fields["properties"] is JsonObject && fields["type"] is JsonValue or JsonArray)
                fields["additionalProperties"] = false;
        }
    }
}
