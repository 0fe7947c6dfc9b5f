using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Vibee.Server.Tests;

/// <summary>Section J of the contract: the Responses API.</summary>
public partial class ResponsesTests
{
    private const string Path = "/v1/responses";

    private const string Echo =
        "\"instructions\":null,\"max_output_tokens\":null,\"metadata\":{},\"parallel_tool_calls\":true,\"previous_response_id\":null,"
        + "\"reasoning\":{\"effort\":null,\"summary\":null},\"store\":false,\"temperature\":0.8,\"text\":{\"format\":{\"type\":\"text\"}},"
        + "\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":0.95,\"truncation\":\"disabled\"";

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task J01_Minimal_HasAllKeys()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(
            """{"id":"resp_ID","object":"response","created_at":NOW,"status":"completed","error":null,"incomplete_details":null,"model":"igla-7b","output":[{"id":"msg_ID","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello! I am iGLA assistant.","annotations":[],"logprobs":[]}]}],"""
            + Echo
            + ""","usage":{"input_tokens":10,"output_tokens":9,"total_tokens":19,"input_tokens_details":{"cached_tokens":0},"output_tokens_details":{"reasoning_tokens":0}}}""",
            Mask(await server.PostTextAsync(Path, Body())));
    }

    [Fact]
    public async Task J01_Request_IsRepeated()
    {
        await using var server = await TestServer.StartAsync();
        var (_, json) = await server.PostJsonAsync("/responses", Body(
            "\"instructions\":\"Be brief.\",\"max_output_tokens\":50,\"metadata\":{\"a\":\"b\"},\"parallel_tool_calls\":false,\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"},\"temperature\":0,\"top_p\":0.5,\"tool_choice\":\"none\",\"store\":true,\"background\":false,\"truncation\":\"disabled\",\"text\":{\"format\":{\"type\":\"text\"},\"verbosity\":\"low\"}"));
        Assert.Equal("Be brief.", (string?)json["instructions"]);
        Assert.Equal(50, (int)json["max_output_tokens"]!);
        Assert.Equal("""{"a":"b"}""", json["metadata"]!.ToJsonString());
        Assert.False((bool)json["parallel_tool_calls"]!);
        Assert.Equal("low", (string?)json["reasoning"]!["effort"]);
        Assert.Equal(0, (double)json["temperature"]!);
        Assert.Equal(0.5, (double)json["top_p"]!);
        Assert.Equal("none", (string?)json["tool_choice"]);
        Assert.False((bool)json["store"]!);
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task J03_Stream_IsTheWholeTranscript()
    {
        await using var server = await TestServer.StartAsync(Script.Says("<think>", "two", "</think>", "Fo", "ur"));
        var begun = $$"""{"id":"resp_ID","object":"response","created_at":NOW,"status":"in_progress","error":null,"incomplete_details":null,"model":"igla-7b","output":[],{{Echo}},"usage":null}""";
        const string Thought = """{"id":"rs_ID","type":"reasoning","status":"completed","summary":[],"content":[{"type":"reasoning_text","text":"two"}]}""";
        const string Said = """{"id":"msg_ID","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Four","annotations":[],"logprobs":[]}]}""";
        string[] expected =
        [
            $$"""{"type":"response.created","sequence_number":0,"response":{{begun}}}""",
            $$"""{"type":"response.in_progress","sequence_number":1,"response":{{begun}}}""",
            """{"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"rs_ID","type":"reasoning","status":"in_progress","summary":[],"content":[]}}""",
            """{"type":"response.content_part.added","sequence_number":3,"item_id":"rs_ID","output_index":0,"content_index":0,"part":{"type":"reasoning_text","text":""}}""",
            """{"type":"response.reasoning_text.delta","sequence_number":4,"item_id":"rs_ID","output_index":0,"content_index":0,"delta":"two"}""",
            """{"type":"response.reasoning_text.done","sequence_number":5,"item_id":"rs_ID","output_index":0,"content_index":0,"text":"two"}""",
            """{"type":"response.content_part.done","sequence_number":6,"item_id":"rs_ID","output_index":0,"content_index":0,"part":{"type":"reasoning_text","text":"two"}}""",
            $$"""{"type":"response.output_item.done","sequence_number":7,"output_index":0,"item":{{Thought}}}""",
            """{"type":"response.output_item.added","sequence_number":8,"output_index":1,"item":{"id":"msg_ID","type":"message","status":"in_progress","role":"assistant","content":[]}}""",
            """{"type":"response.content_part.added","sequence_number":9,"item_id":"msg_ID","output_index":1,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}}""",
            """{"type":"response.output_text.delta","sequence_number":10,"item_id":"msg_ID","output_index":1,"content_index":0,"delta":"Fo","logprobs":[]}""",
            """{"type":"response.output_text.delta","sequence_number":11,"item_id":"msg_ID","output_index":1,"content_index":0,"delta":"ur","logprobs":[]}""",
            """{"type":"response.output_text.done","sequence_number":12,"item_id":"msg_ID","output_index":1,"content_index":0,"text":"Four","logprobs":[]}""",
            """{"type":"response.content_part.done","sequence_number":13,"item_id":"msg_ID","output_index":1,"content_index":0,"part":{"type":"output_text","text":"Four","annotations":[],"logprobs":[]}}""",
            $$"""{"type":"response.output_item.done","sequence_number":14,"output_index":1,"item":{{Said}}}""",
        ];
        var events = Sse.Events(Mask(await server.PostTextAsync(Path, Body("\"stream\":true"))).Replace("NOW", "0"));
        Assert.Equal(expected.Select(data => data.Replace("NOW", "0")), events.SkipLast(1).Select(data => data.ToJsonString()));

        Assert.Equal("response.completed", (string?)events[^1]["type"]);
        Assert.Equal(15, (int)events[^1]["sequence_number"]!);
        Assert.Equal($"[{Thought},{Said}]", events[^1]["response"]!["output"]!.ToJsonString());
        Assert.Equal(3, (int)events[^1]["response"]!["usage"]!["output_tokens_details"]!["reasoning_tokens"]!);
        var (_, whole) = await server.PostJsonAsync(Path, Body());
        Assert.Equal($"[{Thought},{Said}]", Mask(whole["output"]!.ToJsonString()));
    }

    [Theory]
    [InlineData(1, """[{"type":"message","status":"incomplete"}]""", "Fo")]
    [InlineData(2, """[{"type":"message","status":"incomplete"}]""", "Fo", "ur")]
    [InlineData(2, """[{"type":"reasoning","status":"incomplete"}]""", "<think>", "two", "</think>")]
    [InlineData(4, """[{"type":"reasoning","status":"completed"},{"type":"message","status":"incomplete"}]""", "<think>", "two", "</think>", "Fo", "ur")]
    public async Task J04_Limit_IsIncomplete(int limit, string items, params string[] says)
    {
        await using var server = await TestServer.StartAsync(Script.Says(says));
        var fields = $"\"max_output_tokens\":{limit}";
        var (_, json) = await server.PostJsonAsync(Path, Body(fields));
        var last = Sse.Events(await server.PostTextAsync(Path, Body(fields + ",\"stream\":true")))[^1];
        Assert.Equal("response.incomplete", (string?)last["type"]);
        foreach (var response in (JsonNode[])[json, last["response"]!])
        {
            Assert.Equal("incomplete", (string?)response["status"]);
            Assert.Equal("""{"reason":"max_output_tokens"}""", response["incomplete_details"]!.ToJsonString());
            Assert.Equal(items, $"[{string.Join(',', response["output"]!.AsArray().Select(item => $$"""{"type":"{{item!["type"]}}","status":"{{item["status"]}}"}"""))}]");
        }
    }

    [Fact]
    public async Task J05_ToolHistory_NeedsNoIdsOrStatus()
    {
        await using var server = await TestServer.StartAsync();
        await SamePromptAsync(server,
            """{"input":[{"role":"user","content":"x"},{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},{"type":"function_call","call_id":"b","name":"g","arguments":""},{"type":"function_call_output","call_id":"a","output":"1"},{"type":"function_call_output","call_id":"b","output":[{"type":"input_text","text":"2"}]}]}""",
            """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"g"}}]},{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"2"}]}""");
    }

    [Theory]
    [InlineData("""{}""", "input")]
    [InlineData("""{"input":5}""", "input")]
    [InlineData("""{"input":[]}""", "input")]
    [InlineData("""{"input":["x"]}""", "input[0]")]
    [InlineData("""{"input":[{"type":"reasoning","summary":[]}]}""", "input")]
    [InlineData("""{"input":[{"type":"item_reference","id":"x"}]}""", "input[0].type")]
    [InlineData("""{"input":[{"type":"smell"}]}""", "input[0].type")]
    [InlineData("""{"input":[{"role":"wizard","content":"x"}]}""", "input[0].role")]
    [InlineData("""{"input":[{"role":"user"}]}""", "input[0].content")]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_file"}]}]}""", "input[0].content[0].type")]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_image"}]}]}""", "input[0].content[0].type")]
    [InlineData("""{"input":[{"type":"function_call","call_id":"a"}]}""", "input[0].name")]
    [InlineData("""{"input":[{"role":"assistant","content":"x"},{"type":"function_call","call_id":"a","name":"f"}]}""", "input")]
    [InlineData("""{"input":"x","previous_response_id":"resp_1"}""", "previous_response_id")]
    [InlineData("""{"input":"x","conversation":"c"}""", "conversation")]
    [InlineData("""{"input":"x","prompt":{"id":"p"}}""", "prompt")]
    [InlineData("""{"input":"x","background":true}""", "background")]
    [InlineData("""{"input":"x","truncation":"auto"}""", "truncation")]
    [InlineData("""{"input":"x","tools":[{"type":"web_search"}]}""", "tools[0].type")]
    [InlineData("""{"input":"x","tool_choice":"required"}""", "tool_choice")]
    [InlineData("""{"input":"x","text":{"format":{"type":"json_schema","name":"n","schema":[]}}}""", "text.format.schema")]
    [InlineData("""{"input":"x","text":{"format":{"type":"yaml"}}}""", "text.format.type")]
    [InlineData("""{"input":"x","max_output_tokens":0}""", "max_output_tokens")]
    [InlineData("""{"input":"x","temperature":2.1}""", "temperature")]
    [InlineData("""{"input":"x","top_logprobs":21}""", "top_logprobs")]
    [InlineData("""{"input":"x","include":[1]}""", "include")]
    [InlineData("""{"input":"x","reasoning":{"effort":"huge"}}""", "reasoning.effort")]
    public async Task J08_BadRequests_AreNamed(string body, string param)
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync(Path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_request_error", (string?)json["error"]!["type"]);
        Assert.Equal(param, (string?)json["error"]!["param"]);
    }

    [Fact]
    public async Task J08_StoredResponses_AreNotFound()
    {
        await using var server = await TestServer.StartAsync();
        using var response = await server.Client.GetAsync(Path + "/resp_1", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("unknown_url", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"input":"x","instructions":"s"}""", """{"messages":[{"role":"system","content":"s"},{"role":"user","content":"x"}]}""")]
    [InlineData("""{"input":[{"role":"developer","content":"s"},{"role":"user","content":[{"type":"input_text","text":"x"}]}]}""", """{"messages":[{"role":"system","content":"s"},{"role":"user","content":"x"}]}""")]
    [InlineData("""{"input":[{"role":"user","content":"x"},{"type":"reasoning","id":"rs_1","summary":[],"content":[]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"y","annotations":[]}]},{"role":"user","content":"z"}]}""", """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"y"},{"role":"user","content":"z"}]}""")]
    [InlineData("""{"input":[{"role":"user","content":"x"},{"role":"assistant","content":"Hello!"}]}""", """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"Hello!"}]}""")]
    public async Task J09_J10_Conversation_IsThatOfChat(string responses, string chat)
    {
        await using var server = await TestServer.StartAsync();
        await SamePromptAsync(server, responses, chat);
    }

    [Fact]
    public async Task Reasoning_InHistory_ReachesTheTemplate()
    {
        const string Template = "{% for m in messages %}<|im_start|>{{ m.role }}:{{ m.reasoning_content }}:{{ m.content }}{% endfor %}<|im_start|>assistant\n<think>";
        await using var server = await TestServer.StartAsync(Script.WithTemplate(Template, "two", "</think>", "Four"));
        await SamePromptAsync(server,
            """{"input":[{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"hm hm"}]},{"role":"assistant","content":"y"},{"role":"user","content":"z"}]}""",
            """{"messages":[{"role":"assistant","reasoning_content":"hm hm","content":"y"},{"role":"user","content":"z"}]}""");
    }

    [Fact]
    public async Task TopLogprobs_WhereIncluded_GoWithTheText()
    {
        await using var server = await TestServer.StartAsync(Script.Says("Fo", "ur"));
        const string Fields = "\"include\":[\"message.output_text.logprobs\",\"reasoning.encrypted_content\"],\"top_logprobs\":2";
        var (_, json) = await server.PostJsonAsync(Path, Body(Fields));
        var logprobs = json["output"]![0]!["content"]![0]!["logprobs"]!.AsArray();
        Assert.Equal(["Fo", "ur"], logprobs.Select(token => (string?)token!["token"]));
        Assert.All(logprobs, token => Assert.Equal(2, token!["top_logprobs"]!.AsArray().Count));

        var events = Sse.Events(await server.PostTextAsync(Path, Body(Fields + ",\"stream\":true")));
        var streamed = events.Where(data => (string?)data["type"] == "response.output_text.delta").SelectMany(data => data["logprobs"]!.AsArray());
        Assert.Equal(logprobs.Select(token => token!.ToJsonString()), streamed.Select(token => token!.ToJsonString()));
        Assert.Equal(logprobs.ToJsonString(), events[^1]["response"]!["output"]![0]!["content"]![0]!["logprobs"]!.ToJsonString());
    }

    [Fact]
    public async Task Post_InputBeyondTheContext_Is400WithTheCode()
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync(Path, $$"""{"stream":true,"input":"{{new string('#', 600)}}"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("context_length_exceeded", (string?)json["error"]!["code"]);
        Assert.Equal("input", (string?)json["error"]!["param"]);
    }

    [Fact]
    public async Task EngineBreaks_InMidStream_IsAFlatErrorEventAndNothingAfter()
    {
        await using var server = await TestServer.StartAsync(new Breaking(Script.Repeats("x"), after: 3));
        var events = Sse.Events(await server.PostTextAsync(Path, Body("\"stream\":true")));
        Assert.Equal(["type", "sequence_number", "code", "message", "param"], events[^1].AsObject().Select(field => field.Key));
        Assert.Equal("error", (string?)events[^1]["type"]);
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(data => (int)data["sequence_number"]!));
    }

    private static async Task SamePromptAsync(TestServer server, string responses, string chat)
    {
        var (_, counted) = await server.PostJsonAsync(Path + "/input_tokens", responses);
        var (status, answer) = await server.PostJsonAsync(Path, responses);
        var (_, expected) = await server.PostJsonAsync("/v1/chat/completions", chat);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((int)expected["usage"]!["prompt_tokens"]!, (int)answer["usage"]!["input_tokens"]!);
        Assert.Equal($$"""{"object":"response.input_tokens","input_tokens":{{answer["usage"]!["input_tokens"]}}}""", counted.ToJsonString());
        var text = string.Concat(answer["output"]!.AsArray().Where(item => (string?)item!["type"] == "message").Select(item => (string?)item!["content"]![0]!["text"]));
        Assert.Equal((string?)expected["choices"]![0]!["message"]!["content"], text);
    }

    private static string Body(string fields = "") => $$"""{"input":"Hello!"{{(fields.Length > 0 ? "," : "")}}{{fields}}}""";

    private static string Mask(string text) => Created().Replace(Id().Replace(text, "$1_ID"), "\"created_at\":NOW");

    [GeneratedRegex("(resp|msg|rs)_[0-9a-f]{32}")]
    private static partial Regex Id();

    [GeneratedRegex("\"created_at\":[0-9]{10}")]
    private static partial Regex Created();
}
