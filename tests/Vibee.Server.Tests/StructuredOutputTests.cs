using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;
using Vibee.Engine;

namespace Vibee.Server.Tests;

/// <summary>Answers that must have a form, from a model that would rather talk.</summary>
public class StructuredOutputTests
{
    private const string Person = """
        {"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":150},
        "sex":{"enum":["m","f",null]}},"required":["name","age","sex"],"additionalProperties":false}
        """;

    private static readonly RunnerCapacity Roomy = TestServer.Capacity with { KvCells = 4096 };

    [Fact]
    public async Task G01_JsonObject_ProseAskedFor_IsAnObject()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(Roomy));
        for (var seed = 0; seed < 4; seed++)
        {
            var (_, json) = await server.ChatAsync($$"""
                "response_format":{"type":"json_object"},"temperature":1,"seed":{{seed}},"max_tokens":120
                """);
            var content = Content(json);
            Assert.StartsWith("{", content);
            if (Finish(json) == "stop")
                Assert.IsType<JsonObject>(JsonNode.Parse(content));
        }
    }

    [Fact]
    public async Task G02_JsonSchema_TwentySchemasThreeSeeds_ValidateEach()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(Roomy));
        var schemas = Schemas.Replace("\r", "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(schemas.Length >= 20);
        var finished = 0;
        await Parallel.ForEachAsync(
            schemas.SelectMany(schema => Enumerable.Range(0, 3).Select(seed => (schema, seed))), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) =>
            {
                var (status, json) = await server.ChatAsync($"{Format(one.schema)},\"temperature\":1,\"seed\":{one.seed},\"max_tokens\":200");
                Assert.True(status == HttpStatusCode.OK, $"{one.schema}: {json.ToJsonString()}");
                if (Finish(json) != "stop")
                    return;
                Interlocked.Increment(ref finished);
                Assert.True(IsValid(one.schema, Content(json)), $"{one.schema}: {Content(json)}");
            });
        Assert.True(finished > 45, $"Only {finished} were finished.");
    }

    [Theory]
    [InlineData("""{"type":"json_schema"}""", "response_format.json_schema")]
    [InlineData("""{"type":"json_schema","json_schema":{"schema":{}}}""", "response_format.json_schema.name")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a b","schema":{}}}""", "response_format.json_schema.name")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":5}}""", "response_format.json_schema.schema")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":true}}""", "response_format.json_schema.schema")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"foo"}}}""", "response_format.json_schema.schema")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"$ref":"#/$defs/none"}}}""", "response_format.json_schema.schema")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"string","minLength":3,"maxLength":2}}}""", "response_format.json_schema.schema")]
    [InlineData("""{"type":"json_schema","json_schema":{"name":"a","strict":"yes","schema":{}}}""", "response_format.json_schema.strict")]
    [InlineData("""{"type":"json_object","schema":{"type":"foo"}}""", "response_format.schema")]
    [InlineData("""{"type":"xml"}""", "response_format.type")]
    [InlineData("""{}""", "response_format.type")]
    public async Task G03_ResponseFormat_Wrong_IsRefusedByName(string format, string param)
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in new[] { "/v1/chat/completions", "/v1/completions" })
        {
            var (status, json) = await server.PostJsonAsync(path, path.Contains("chat")
                ? TestServer.ChatBody($"\"response_format\":{format}") : $"{{\"prompt\":\"a\",\"response_format\":{format}}}");
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal(param, (string?)json["error"]!["param"]);
        }
    }

    [Fact]
    public async Task G04_UnenforceableKeyword_StrictIsRefused_OtherwiseWarned()
    {
        const string Schema = """{"type":"object","properties":{"a é":{"type":"array","items":{"enum":[1,2]},"maxItems":3,"uniqueItems":true}},"required":["a é"],"additionalProperties":false}""";
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.ChatAsync(Format(Schema, "\"strict\":true,"));
        using var response = await server.PostAsync("/v1/chat/completions", TestServer.ChatBody(Format(Schema) + ",\"temperature\":0"));
        using var clean = await server.PostAsync("/v1/chat/completions", TestServer.ChatBody(Format("""{"enum":[1]}""", "\"strict\":true,")));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("response_format.json_schema.schema", (string?)json["error"]!["param"]);
        Assert.Equal("invalid_json_schema", (string?)json["error"]!["code"]);
        Assert.Contains("'uniqueItems' at /properties/a é/uniqueItems", (string?)json["error"]!["message"]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("/properties/a%20%C3%A9/uniqueItems", response.Headers.GetValues("x-vibee-unenforced").Single());
        Assert.Equal(HttpStatusCode.OK, clean.StatusCode);
        Assert.False(clean.Headers.Contains("x-vibee-unenforced"));
    }

    [Fact]
    public async Task G05_TokenLimit_CutsTheJson_AllOfItIsDelivered()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(Roomy));
        var fields = Format(Person) + ",\"temperature\":0,\"max_tokens\":7";
        var (_, json) = await server.ChatAsync(fields);
        var stream = Sse.Content(Sse.Chunks(await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody(fields + ",\"stream\":true"))));

        Assert.Equal("length", Finish(json));
        Assert.StartsWith("{", Content(json));
        Assert.Equal(7, (int)json["usage"]!["completion_tokens"]!);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(Content(json)).Dispose());
        Assert.Equal(Content(json), stream);
    }

    [Fact]
    public async Task G06_ThinkingModel_ThinksAsItLikesAndThenAnswersInForm()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(Roomy));
        var (_, json) = await server.PostJsonAsync("/v1/chat/completions", $$"""
            {"messages":[{"role":"user","content":"What is 3 plus 4?"}],"enable_thinking":true,"temperature":0,"max_tokens":200,
            {{Format("""{"type":"object","properties":{"sum":{"type":"integer","maximum":99,"minimum":0}},"required":["sum"],"additionalProperties":false}""")}}}
            """);

        Assert.NotEqual("", (string?)json["choices"]![0]!["message"]!["reasoning_content"] ?? "");
        Assert.DoesNotContain("{", (string)json["choices"]![0]!["message"]!["reasoning_content"]!);
        Assert.NotNull(JsonNode.Parse(Content(json))!["sum"]);
        Assert.Equal("stop", Finish(json));
    }

    [Fact]
    public async Task G06_ModelThatOpensTheTagItself_MayThinkOrNot()
    {
        const string Template = "{% if false %}<think></think>{% endif %}<|im_start|>assistant\n?";
        var format = Format("""{"enum":[12]}""");
        await using var thinks = await TestServer.StartAsync(Script.WithTemplate(Template, "<think>", "Hm", ".", "</think>", "\n", "12"));
        await using var talks = await TestServer.StartAsync(Script.WithTemplate(Template, "12"));

        var (_, thought) = await thinks.ChatAsync(format);
        var (_, said) = await talks.ChatAsync(format);
        var (_, off) = await thinks.ChatAsync(format + ",\"enable_thinking\":false");

        Assert.Equal("Hm.", (string?)thought["choices"]![0]!["message"]!["reasoning_content"]);
        Assert.All([thought, said, off], json => Assert.Equal("12", Content(json)));
        Assert.All([said, off], json => Assert.Null(json["choices"]![0]!["message"]!["reasoning_content"]));
    }

    [Fact]
    public async Task G08_Grammar_BadOrDoubled_IsRefused_AndTheServerIsWell()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var (fields, param, words) in new[]
        {
            ("\"grammar\":\"root ::= (\"", "grammar", "line 1"),
            ("\"grammar\":\"rot ::= \\\"a\\\"\"", "grammar", "root"),
            ("\"guided_grammar\":\"root ::= root \\\"a\\\"\"", "guided_grammar", "root"),
            ("\"guided_regex\":\"a(\"", "guided_regex", "'guided_regex'"),
            ("\"guided_json\":\"{\"", "guided_json", "'guided_json'"),
            ("\"guided_json\":{\"type\":5}", "guided_json", "'guided_json'"),
            ("\"guided_choice\":[]", "guided_choice", "at least one"),
            ("\"guided_choice\":[5]", "guided_choice", "strings"),
            ("\"grammar\":\"root ::= \\\"a\\\"\",\"json_schema\":{}", "grammar", "'json_schema' and 'grammar'"),
            ("\"guided_regex\":\"a\",\"response_format\":{\"type\":\"json_object\"}", "guided_regex", "'response_format' and 'guided_regex'"),
        })
        {
            var (status, json) = await server.ChatAsync(fields);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal(param, (string?)json["error"]!["param"]);
            Assert.Contains(words, (string?)json["error"]!["message"]);
        }

        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync()).Status);
    }

    [Theory]
    [InlineData("\"grammar\":\"root ::= \\\"yes\\\" | \\\"no\\\"\"", "yes|no")]
    [InlineData("\"guided_grammar\":\"root ::= [a-c]{3}\"", "[abc]{3}")]
    [InlineData("\"guided_regex\":\"[0-9]{4}-[0-9]{2}\"", "[0-9]{4}-[0-9]{2}")]
    [InlineData("\"guided_choice\":[\"red\",\"green\"]", "red|green")]
    [InlineData("\"guided_json\":{\"enum\":[\"a\",1]}", "\"a\"|1")]
    [InlineData("\"guided_json\":\"{\\\"enum\\\":[\\\"a\\\",1]}\"", "\"a\"|1")]
    [InlineData("\"json_schema\":{\"type\":\"boolean\"}", "true|false")]
    [InlineData("\"response_format\":{\"type\":\"json_object\",\"schema\":{\"maxProperties\":0}}", "\\{\\s*\\}")]
    [InlineData("\"response_format\":{\"type\":\"text\"},\"grammar\":\"\",\"guided_choice\":null,\"guided_json\":null", "Hello!.*", true)]
    public async Task Extensions_EveryEndpoint_ConstrainTheText(string fields, string pattern, bool needsMock = false)
    {
        Assert.SkipWhen(needsMock && !DefaultRunner.IsMock, "The words are the mock's.");
        var isOwn = fields.Contains("response_format");
        await using var server = await TestServer.StartAsync();
        var (_, chat) = await server.ChatAsync(fields + ",\"n\":2");
        var (_, completion) = await server.PostJsonAsync("/v1/completions", $$"""{"prompt":"Hello","max_tokens":30,{{fields}}}""");
        var texts = new List<string> { Content(chat), Content(chat, 1), (string)completion["choices"]![0]!["text"]! };
        if (!isOwn)
        {
            var (_, response) = await server.PostJsonAsync("/v1/responses", $$"""{"input":"Hello!",{{fields}}}""");
            var (_, message) = await server.PostJsonAsync("/v1/messages", $$"""{"messages":[{"role":"user","content":"Hello!"}],"max_tokens":30,{{fields}}}""");
            texts.Add((string)response["output"]![0]!["content"]![0]!["text"]!);
            texts.Add((string)message["content"]![0]!["text"]!);
        }

        Assert.All(needsMock ? texts.Take(1) : texts, text => Assert.Matches($"^({pattern})$", text));
    }

    [Fact]
    public async Task G09_PathologicalSchemas_AnswerSoon_AndOthersGoOn()
    {
        await using var server = await TestServer.StartAsync();
        var deep = string.Concat(Enumerable.Repeat("{\"items\":", 150)) + "{}" + new string('}', 150);
        foreach (var fields in new[]
        {
            Format(deep), Format("""{"type":"array","minItems":1,"maxItems":1000000000,"items":{"const":1}}"""),
            Format("""{"type":"string","pattern":"^(a+)+$"}"""), Format("""{"$ref":"#"}"""),
            Format("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"""),
            "\"guided_regex\":\"(a|aa|aaa|b?){1,1000}c\"", "\"guided_regex\":\"(.*a){20}.{500}\"",
        })
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var (status, json) = await server.ChatAsync(fields + ",\"max_tokens\":20").WaitAsync(patience.Token);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{fields}: {json.ToJsonString()}");
            Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("\"max_tokens\":5").WaitAsync(patience.Token)).Status);
        }
    }

    [Fact]
    public async Task G10_Answer_HasTheSchemasOrder_AndEndsWithTheJson()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(Roomy));
        var (_, json) = await server.ChatAsync(Format(
            """{"type":"object","properties":{"z":{"type":"boolean"},"a":{"type":"boolean"},"m":{"enum":["x"]}},"required":["a","m","z"],"additionalProperties":false}""")
            + ",\"temperature\":1,\"seed\":3");

        Assert.Equal(["z", "a", "m"], JsonNode.Parse(Content(json))!.AsObject().Select(pair => pair.Key));
        Assert.EndsWith("}", Content(json));
        Assert.Equal("stop", Finish(json));
    }

    [Fact]
    public async Task J07_TextFormat_OfResponsesAndMessages_IsKept()
    {
        const string Schema = """{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}""";
        await using var server = await TestServer.StartAsync();
        var format = $$"""{"type":"json_schema","name":"answer","strict":true,"schema":{{Schema}} }""";
        var (_, response) = await server.PostJsonAsync("/v1/responses", $$"""{"input":"Hello!","text":{"format":{{format}} } }""");
        var (_, older) = await server.PostJsonAsync("/v1/messages", Message($$""" "output_format":{"type":"json_schema","schema":{{Schema}} } """));
        var (_, newer) = await server.PostJsonAsync("/v1/messages", Message($$""" "output_config":{"format":{"type":"json_schema","schema":{{Schema}} } } """));
        var (refused, error) = await server.PostJsonAsync("/v1/responses", """{"input":"a","text":{"format":{"type":"json_schema","name":"a","schema":{"type":"foo"}}}}""");

        Assert.Equal("completed", (string?)response["status"]);
        Assert.Equal(JsonNode.Parse(format)!.ToJsonString(), response["text"]!["format"]!.ToJsonString());
        Assert.True(IsValid(Schema, (string)response["output"]![0]!["content"]![0]!["text"]!));
        Assert.All([older, newer], message => Assert.True(IsValid(Schema, (string)message["content"]![0]!["text"]!)));
        Assert.Equal(HttpStatusCode.BadRequest, refused);
        Assert.Equal("text.format.schema", (string?)error["error"]!["param"]);
    }

    [Fact]
    public async Task Choices_OneGrammar_EachFollowsItByItself()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(Roomy));
        var (_, json) = await server.ChatAsync(Format(Person) + ",\"n\":4,\"seed\":1,\"temperature\":1,\"max_tokens\":80");
        var (_, again) = await server.ChatAsync(Format(Person) + ",\"n\":4,\"seed\":1,\"temperature\":1,\"max_tokens\":80");

        var contents = Enumerable.Range(0, 4).Select(index => Content(json, index)).ToList();
        Assert.True(contents.Distinct().Count() > 1);
        Assert.Equal(contents, Enumerable.Range(0, 4).Select(index => Content(again, index)));
        Assert.All(contents, content => Assert.True(IsValid(Person, content), content));
    }

    [Fact]
    public async Task Logprobs_Constrained_TextIsTheSameAndCovered()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(Roomy));
        var (_, plain) = await server.ChatAsync(Format(Person) + ",\"temperature\":0");
        var (_, json) = await server.ChatAsync(Format(Person) + ",\"temperature\":0,\"logprobs\":true,\"top_logprobs\":2");

        Assert.Equal(Content(plain), Content(json));
        var bytes = json["choices"]![0]!["logprobs"]!["content"]!.AsArray().SelectMany(token => token!["bytes"]!.AsArray().Select(value => (byte)(int)value!));
        Assert.Equal(Content(json), Encoding.UTF8.GetString([.. bytes]));
    }

    [Fact]
    public async Task Stop_InsideTheJson_StillEndsIt()
    {
        await using var server = await TestServer.StartAsync(DefaultRunner.Trinity(Roomy));
        var (_, json) = await server.ChatAsync(Format(Person) + ",\"temperature\":0,\"stop\":\"age\"");

        Assert.EndsWith("\"", Content(json));
        Assert.DoesNotContain("age", Content(json));
        Assert.Equal("stop", Finish(json));
    }

    internal static bool IsValid(string schema, string text) =>
        IsJson(text) && JsonSchema.FromJsonAsync(schema).GetAwaiter().GetResult().Validate(text).Count == 0;

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Format(string schema, string more = "") =>
        $$$"""
        "response_format":{"type":"json_schema","json_schema":{"name":"answer",{{{more}}}"schema":{{{schema}}}}}
        """.Trim();

    private static string Message(string fields) => $$"""{"messages":[{"role":"user","content":"Hello!"}],"max_tokens":30,{{fields}}}""";

    private static string Content(JsonNode json, int choice = 0) => (string)json["choices"]![choice]!["message"]!["content"]!;

    private static string Finish(JsonNode json) => (string)json["choices"]![0]!["finish_reason"]!;

    private const string Schemas = """
        {"const":{"a":[1,2,{"b":null}]}}
        {"enum":["red","green",3,null,[true]]}
        {"type":"boolean"}
        {"type":"integer","minimum":-5,"maximum":17}
        {"type":"number","exclusiveMinimum":0,"maximum":1.5}
        {"type":"integer","multipleOf":7,"minimum":0,"maximum":100}
        {"type":"string","pattern":"^[A-Z][a-z]{2,5}$"}
        {"type":"string","format":"date"}
        {"type":"string","format":"uuid"}
        {"type":"string","minLength":2,"maxLength":5}
        {"type":["null","boolean"]}
        {"type":"array","items":{"type":"integer","minimum":0,"maximum":9},"minItems":2,"maxItems":4}
        {"type":"array","prefixItems":[{"const":"a"},{"type":"boolean"}],"minItems":2,"maxItems":2}
        {"anyOf":[{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"],"additionalProperties":false},{"type":"null"}]}
        {"oneOf":[{"type":"integer","minimum":0,"maximum":9},{"type":"boolean"}]}
        {"allOf":[{"type":"object","properties":{"a":{"type":"boolean"}},"required":["a"]},{"properties":{"b":{"enum":[1,2]}},"required":["b"]}],"maxProperties":2}
        {"type":"object","properties":{"v":{"$ref":"#/definitions/digit"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false,"definitions":{"digit":{"enum":[1,2]}}}
        {"type":"object","patternProperties":{"^k[0-9]$":{"type":"boolean"}},"additionalProperties":false,"minProperties":1,"maxProperties":2}
        {"type":"object","properties":{"größe":{"enum":["\"klein\"","gro\\ß"]},"名":{"type":"boolean"}},"required":["größe","名"],"additionalProperties":false}
        {"type":"object","properties":{"person":{"type":"object","properties":{"id":{"type":"integer","minimum":1,"maximum":999},"tags":{"type":"array","items":{"enum":["a","b"]},"maxItems":2}},"required":["id","tags"],"additionalProperties":false}},"required":["person"],"additionalProperties":false}
        {"if":{"properties":{"k":{"const":1}}},"then":{"required":["v"]},"type":"object","properties":{"k":{"enum":[1,2]},"v":{"type":"null"}},"required":["k"],"additionalProperties":false}
        {"not":{"type":["object","array","string","number"]}}
        """;
}
