using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Vibee.Server.Tests;

/// <summary>Section K of the contract: Anthropic's API.</summary>
public partial class MessagesTests
{
    private const string Path = "/v1/messages";

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task K01_Minimal_HasTheShapeOfTheContract()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(
            """{"id":"msg_ID","type":"message","role":"assistant","model":"igla-7b","content":[{"type":"text","text":"Hello! I am iGLA assistant."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":9}}""",
            Mask(await server.PostTextAsync(Path, Body())));
    }

    [Fact]
    public async Task K01_Stream_IsTheWholeTranscript()
    {
        await using var server = await TestServer.StartAsync(Script.Says("Hi", " there"));
        Assert.Equal(
            """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_ID","type":"message","role":"assistant","model":"igla-7b","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":14,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" there"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}}

            event: message_stop
            data: {"type":"message_stop"}


            """.ReplaceLineEndings("\n"),
            Mask(await server.PostTextAsync(Path, Body("\"stream\":true"))));
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Theory]
    [InlineData("\"stop_sequences\":[\"zz\",\"I am\"]", "Hello! ", "stop_sequence", "I am")]
    [InlineData("\"stop_sequences\":[]", "Hello! I am iGLA assistant.", "end_turn", null)]
    [InlineData("\"max_tokens\":2", "Hello!", "max_tokens", null)]
    public async Task K03_StopReason_SaysWhyInBothForms(string fields, string text, string reason, string? stop)
    {
        await using var server = await TestServer.StartAsync();
        var (_, json) = await server.PostJsonAsync(Path, Body(fields));
        Assert.Equal(text, (string?)json["content"]![0]!["text"]);
        Assert.Equal(reason, (string?)json["stop_reason"]);
        Assert.Equal(stop, (string?)json["stop_sequence"]);

        var events = Sse.Events(await server.PostTextAsync(Path, Body(fields + ",\"stream\":true")));
        Assert.Equal(text, string.Concat(events.Select(data => (string?)data["delta"]?["text"])));
        Assert.Equal(reason, (string?)events[^2]["delta"]!["stop_reason"]);
        Assert.Equal(stop, (string?)events[^2]["delta"]!["stop_sequence"]);
        Assert.Equal((int)json["usage"]!["output_tokens"]!, (int)events[^2]["usage"]!["output_tokens"]!);
    }

    [Theory]
    [InlineData("""{"max_tokens":5}""", HttpStatusCode.BadRequest, "invalid_request_error", "messages")]
    [InlineData("""{"max_tokens":5,"messages":[]}""", HttpStatusCode.BadRequest, "invalid_request_error", "messages")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}]}""", HttpStatusCode.BadRequest, "invalid_request_error", "max_tokens")]
    [InlineData("""{"max_tokens":5,"messages":[{"role":"wizard","content":"x"}]}""", HttpStatusCode.BadRequest, "invalid_request_error", "messages[0].role")]
    [InlineData("""{"max_tokens":5,"messages":[{"role":"user","content":[]}]}""", HttpStatusCode.BadRequest, "invalid_request_error", "messages[0].content")]
    [InlineData("""{"max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{}}]}]}""", HttpStatusCode.BadRequest, "invalid_request_error", "messages[0].content[0].type")]
    [InlineData("""{"max_tokens":5,"messages":[{"role":"user","content":[{"type":"smell"}]}]}""", HttpStatusCode.BadRequest, "invalid_request_error", "messages[0].content[0].type")]
    [InlineData("""{"max_tokens":5,"messages":[{"role":"user","content":[{"type":"tool_result","content":"x"}]}]}""", HttpStatusCode.BadRequest, "invalid_request_error", "messages[0].content[0].tool_use_id")]
    [InlineData("""{"max_tokens":5,"messages":[{"role":"user","content":"x"}],"system":[{"type":"image"}]}""", HttpStatusCode.BadRequest, "invalid_request_error", "system[0].type")]
    [InlineData("""{"max_tokens":5,"messages":[{"role":"user","content":"x"}],"model":"claude"}""", HttpStatusCode.NotFound, "not_found_error", "claude")]
    [InlineData("{", HttpStatusCode.BadRequest, "invalid_request_error", "JSON")]
    public async Task K05_Errors_HaveTheShapeOfTheFamily(string body, HttpStatusCode status, string type, string named)
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.PostAsync(Path, body);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(["type", "error", "request_id"], json.AsObject().Select(field => field.Key));
        Assert.Equal("error", (string?)json["type"]);
        Assert.Equal(type, (string?)json["error"]!["type"]);
        Assert.Contains(named, (string?)json["error"]!["message"]);
        Assert.Equal(response.Headers.GetValues("request-id").Single(), (string?)json["request_id"]);
    }

    [Theory]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"temperature\":1.1", "temperature")]
    [InlineData("\"top_p\":-1", "top_p")]
    [InlineData("\"top_k\":-1", "top_k")]
    [InlineData("\"stop_sequences\":\"x\"", "stop_sequences")]
    [InlineData("\"stop_sequences\":[1]", "stop_sequences")]
    [InlineData("\"stream\":1", "stream")]
    [InlineData("\"tools\":[{\"name\":\"f\"}]", "tools[0].input_schema")]
    [InlineData("\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]", "tools[0].type")]
    [InlineData("\"tools\":[{\"name\":\"f\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"tool\"}", "tool_choice.name")]
    [InlineData("\"tools\":[{\"name\":\"f\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"g\"}", "tool_choice")]
    [InlineData("\"tool_choice\":{\"type\":\"any\"}", "tool_choice.type")]
    [InlineData("\"thread\":{\"type\":\"create\"}", "thread")]
    [InlineData("\"thinking\":{}", "thinking.type")]
    [InlineData("\"thinking\":{\"type\":\"enabled\"}", "thinking.budget_tokens")]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1000}", "thinking.budget_tokens")]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", "thinking.budget_tokens")]
    [InlineData("\"output_config\":{\"format\":{\"type\":\"json_schema\"}}", "output_config.format.schema")]
    [InlineData("\"output_config\":{\"effort\":\"huge\"}", "output_config.effort")]
    public async Task K05_BadFields_AreNamed(string fields, string named)
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync(Path, Body(fields));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_request_error", (string?)json["error"]!["type"]);
        Assert.Contains($"'{named}'", (string?)json["error"]!["message"]);
    }

    [Theory]
    [InlineData("\"tools\":[],\"tool_choice\":{\"type\":\"auto\"}")]
    [InlineData("\"metadata\":{\"user_id\":\"u\"},\"service_tier\":\"auto\",\"container\":\"c\"")]
    [InlineData("\"temperature\":1,\"top_p\":0.5,\"top_k\":5,\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"low\"}")]
    [InlineData("\"max_tokens\":2000,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}")]
    public async Task Post_FieldsThatAreFine_AreAccepted(string fields)
    {
        await using var server = await TestServer.StartAsync();
        var (status, _) = await server.PostJsonAsync(Path + "?beta=true", Body(fields));
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Post_PromptBeyondTheContext_IsSaidInTheFamilysWords()
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync(Path,
            $$"""{"max_tokens":5,"messages":[{"role":"user","content":"{{new string('#', 600)}}"}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("prompt is too long", (string?)json["error"]!["message"]);
    }

    [Fact]
    public async Task K05_OtherPathsAndVerbs_HaveTheShapeToo()
    {
        await using var server = await TestServer.StartLoadingAsync();
        using var get = await server.Client.GetAsync(Path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        Assert.Contains("\"type\":\"error\"", await get.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var (_, unknown) = await server.PostJsonAsync(Path + "/batches", "{}");
        Assert.Equal("not_found_error", (string?)unknown["error"]!["type"]);
        var (status, loading) = await server.PostJsonAsync(Path, Body());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("overloaded_error", (string?)loading["error"]!["type"]);
    }

    [Fact]
    public async Task K06_CountTokens_EqualsTheCharge()
    {
        await using var server = await TestServer.StartAsync();
        const string Conversation =
            """
            "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],"messages":[
              {"role":"user","content":[{"type":"text","text":"x"}]},
              {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"y"},{"type":"tool_use","id":"t","name":"f","input":{"a":1}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","is_error":false,"content":[{"type":"text","text":"42"}]},{"type":"text","text":"z"}]}]
            """;
        var count = await server.PostTextAsync(Path + "/count_tokens", $"{{{Conversation}}}");
        for (var i = 0; i < 2; i++)
        {
            var (status, json) = await server.PostJsonAsync(Path, $"{{\"max_tokens\":3,{Conversation}}}");
            Assert.Equal(HttpStatusCode.OK, status);
            var usage = json["usage"]!;
            Assert.Equal($"{{\"input_tokens\":{(int)usage["input_tokens"]! + (int)usage["cache_read_input_tokens"]!}}}", count);
        }
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Theory]
    [InlineData("""{"max_tokens":3,"system":"s","messages":[{"role":"user","content":"x"}]}""", """{"messages":[{"role":"system","content":"s"},{"role":"user","content":"x"}]}""")]
    [InlineData("""{"max_tokens":3,"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""", """{"messages":[{"role":"user","content":"a\nb"}]}""")]
    [InlineData("""{"max_tokens":3,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"Hello!"}]}""", """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"Hello!"}]}""")]
    public async Task Post_Conversation_IsThatOfChat(string messages, string chat)
    {
        await using var server = await TestServer.StartAsync();
        var (_, answer) = await server.PostJsonAsync(Path, messages);
        var (_, expected) = await server.PostJsonAsync("/v1/chat/completions", chat);
        Assert.Equal((int)expected["usage"]!["prompt_tokens"]!, (int)answer["usage"]!["input_tokens"]!);
        Assert.StartsWith((string?)answer["content"]![0]!["text"], (string?)expected["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public async Task K07_Thinking_IsABlockOfItsOwn()
    {
        await using var server = await TestServer.StartAsync(Script.Says("<think>", "two", " plus", "</think>", "Four"));
        var (_, json) = await server.PostJsonAsync(Path, Body());
        Assert.Equal(
            """[{"type":"thinking","thinking":"two plus","signature":""},{"type":"text","text":"Four"}]""",
            json["content"]!.ToJsonString());

        var events = Sse.Events(await server.PostTextAsync(Path, Body("\"stream\":true")));
        Assert.Equal(
            [
                """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
                """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"two"}}""",
                """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":" plus"}}""",
                """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":""}}""",
                """{"type":"content_block_stop","index":0}""",
                """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""",
                """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Four"}}""",
                """{"type":"content_block_stop","index":1}""",
            ],
            events.Skip(1).SkipLast(2).Select(data => data.ToJsonString()));
    }

    [Fact]
    public async Task K07_ThinkingDisabled_ShowsNone()
    {
        await using var server = await TestServer.StartAsync(Script.Says("<think>", "two", "</think>", "Four"));
        const string Disabled = "\"thinking\":{\"type\":\"disabled\"}";
        var (_, json) = await server.PostJsonAsync(Path, Body(Disabled));
        Assert.Equal("""[{"type":"text","text":"Four"}]""", json["content"]!.ToJsonString());
        Assert.DoesNotContain("thinking", await server.PostTextAsync(Path, Body(Disabled + ",\"stream\":true")));
    }

    [Fact]
    public async Task EndAtOnce_HasNoBlocks()
    {
        await using var server = await TestServer.StartAsync(Script.Says());
        var (_, json) = await server.PostJsonAsync(Path, Body());
        Assert.Equal("[]", json["content"]!.ToJsonString());
        var events = Sse.Events(await server.PostTextAsync(Path, Body("\"stream\":true")));
        Assert.Equal(["message_start", "message_delta", "message_stop"], events.Select(data => (string?)data["type"]));
    }

    [Fact]
    public async Task LongSilence_IsFilledWithPings()
    {
        var gate = new Gate(Script.Says("Hi"));
        await using var server = await TestServer.StartAsync(gate, new ServerOptions { PingInterval = TimeSpan.FromMilliseconds(20) });
        var body = Body("\"stream\":true");
        var request = $"POST {Path} HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
        Assert.Contains("event: ping\n", await server.RawAsync(request, end: "event: ping\ndata: {\"type\":\"ping\"}\n\n"));
        gate.Open();
    }

    [Fact]
    public async Task EngineBreaks_InMidStream_IsAnErrorEventAndNoStop()
    {
        await using var server = await TestServer.StartAsync(new Breaking(Script.Repeats("x"), after: 3));
        var events = Sse.Events(await server.PostTextAsync(Path, Body("\"stream\":true")));
        Assert.Equal("error", (string?)events[^1]["type"]);
        Assert.Equal("api_error", (string?)events[^1]["error"]!["type"]);
        Assert.DoesNotContain(events, data => (string?)data["type"] == "message_stop");
    }

    /// <summary>One user message, with more fields after it, of which the last wins.</summary>
    private static string Body(string fields = "") =>
        $$"""{"max_tokens":100,"messages":[{"role":"user","content":"Hello!"}]{{(fields.Length > 0 ? "," : "")}}{{fields}}}""";

    private static string Mask(string text) => Id().Replace(text, "msg_ID");

    [GeneratedRegex("msg_[0-9a-f]{32}")]
    private static partial Regex Id();
}
