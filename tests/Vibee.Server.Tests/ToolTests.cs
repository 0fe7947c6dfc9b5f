using System.Net;
using System.Text.Json.Nodes;
using Vibee.Engine.Runners;

namespace Vibee.Server.Tests;

/// <summary>Tools, with a model that was taught to call them and models that say what a test wants.</summary>
public class ToolTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Weather = """{"name":"get_weather","description":"Get the current weather for a city.","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}""";
    private const string Add = """{"name":"add","description":"Add two numbers.","parameters":{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}}""";
    private const string Ask = """{"role":"user","content":"What is the weather in Oslo?"}""";

    // Thinks in tags, and writes calls as Hermes does.
    private const string Template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content or '' }}{% if m.tool_calls %}<tool_call>{{ m.tool_calls[0].function.arguments }}</tool_call>{% endif %}{% endfor %}{{ tools }}<|im_start|>assistant\n<think>";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"required\"")]
    [InlineData("{\"type\":\"function\",\"function\":{\"name\":\"get_weather\"}}")]
    public async Task F01_Required_IsACall(string choice)
    {
        await using var server = await StartAsync();
        for (var seed = 0; seed < 5; seed++)
        {
            var (status, json) = await server.PostJsonAsync(Chat, Body("""{"role":"user","content":"Hello!"}""", $"\"tool_choice\":{choice},\"temperature\":1.5,\"seed\":{seed},\"max_tokens\":300"));
            Assert.Equal(HttpStatusCode.OK, status);
            var message = json["choices"]![0]!["message"]!;
            if ((string?)json["choices"]![0]!["finish_reason"] == "length")
                continue; // a hot model may fill a string to the end
            Assert.Equal("tool_calls", (string?)json["choices"]![0]!["finish_reason"]);
            Assert.Null(message["content"]);
            foreach (var call in message["tool_calls"]!.AsArray())
                CheckCall(call!, choice.Contains("get_weather") ? ["get_weather"] : ["get_weather", "add"]);
        }
    }

    [Fact]
    public async Task F01_AutoStreamed_IsTheWholeAnswerInPieces()
    {
        await using var server = await StartAsync();
        var (_, whole) = await server.PostJsonAsync(Chat, Body(Ask));
        var expected = Assert.Single(whole["choices"]![0]!["message"]!["tool_calls"]!.AsArray())!;
        Assert.Equal("""{"city": "Oslo"}""", (string?)expected["function"]!["arguments"]);
        Assert.StartsWith("call_", (string?)expected["id"]);

        var chunks = Sse.Chunks(await server.PostTextAsync(Chat, Body(Ask, "\"stream\":true")));
        var deltas = Sse.Choices(chunks).Select(choice => choice["delta"]!["tool_calls"]).OfType<JsonArray>().Select(Assert.Single).ToList();
        Assert.True(deltas.Count > 2, "arguments come as they are generated");
        Assert.All(deltas, delta => Assert.Equal(0, (int)delta!["index"]!));
        Assert.Equal("get_weather", (string?)deltas[0]!["function"]!["name"]);
        Assert.Equal("function", (string?)deltas[0]!["type"]);
        Assert.Equal("", (string?)deltas[0]!["function"]!["arguments"]);
        Assert.All(deltas.Skip(1), delta => Assert.Equal(["index", "function"], delta!.AsObject().Select(field => field.Key)));
        Assert.Equal((string?)expected["function"]!["arguments"], string.Concat(deltas.Select(delta => (string?)delta!["function"]!["arguments"])));
        Assert.Equal("", Sse.Content(chunks));
        Assert.Equal("tool_calls", (string?)Sse.Choices(chunks).Last()["finish_reason"]);
    }

    [Fact]
    public async Task F04_NotParallel_OneCallAtMost()
    {
        string[] twice = [.. Call("now", "{}"), .. Call("now", "{}")];
        const string Now = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\"}}]";
        await using var server = await TestServer.StartAsync(Script.WithTemplate(Template, ["</think>", .. twice]));
        var (_, both) = await server.ChatAsync(Now);
        Assert.Equal(2, both["choices"]![0]!["message"]!["tool_calls"]!.AsArray().Count);
        Assert.Equal(2, both["choices"]![0]!["message"]!["tool_calls"]!.AsArray().Select(call => (string?)call!["id"]).Distinct().Count());
        var (_, one) = await server.ChatAsync($"{Now},\"parallel_tool_calls\":false");
        Assert.Single(one["choices"]![0]!["message"]!["tool_calls"]!.AsArray());
        Assert.Equal("tool_calls", (string?)one["choices"]![0]!["finish_reason"]);
    }

    [Fact]
    public async Task F05_None_IsText()
    {
        await using var server = await StartAsync();
        var (_, json) = await server.PostJsonAsync(Chat, Body(Ask, "\"tool_choice\":\"none\""));
        Assert.Null(json["choices"]![0]!["message"]!["tool_calls"]);
        Assert.NotEqual("tool_calls", (string?)json["choices"]![0]!["finish_reason"]);
        Assert.DoesNotContain("tool_call", (string?)json["choices"]![0]!["message"]!["content"]);
    }

    [Theory]
    [InlineData("{\\\"city\\\": \\\"Oslo\\\"}")]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("no JSON")]
    public async Task F08_RoundTrip_IsAnswered(string arguments)
    {
        await using var server = await StartAsync();
        var messages = $$$"""{{{Ask}}},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{{{arguments}}}"}}]},{"role":"tool","tool_call_id":"call_1","content":"{\"temp\": 12, \"sky\": \"cloudy\"}"}""";
        var (status, json) = await server.PostJsonAsync(Chat, Body(messages));
        Assert.Equal(HttpStatusCode.OK, status);
        if (arguments.Contains("Oslo", StringComparison.Ordinal))
            Assert.Equal("It is 12 degrees and cloudy in Oslo.", (string?)json["choices"]![0]!["message"]!["content"]);
        var (_, prompt) = await server.PostJsonAsync("/apply-template", Body(messages));
        Assert.Contains("\"sky\": \"cloudy\"", (string?)prompt["prompt"]);
    }

    [Theory]
    [InlineData("""{"role":"assistant","content":null,"tool_calls":[{"id":null,"type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"x"}""", null)]
    [InlineData("""{"role":"tool","content":"x"}""", "messages[0].tool_call_id")]
    public async Task F09_OddMessages_AreTakenOrRefused(string messages, string? param)
    {
        await using var server = await StartAsync();
        var (status, json) = await server.PostJsonAsync(Chat, Body(messages, "\"max_tokens\":3"));
        Assert.Equal(param is null ? HttpStatusCode.OK : HttpStatusCode.BadRequest, status);
        Assert.Equal(param, (string?)json["error"]?["param"]);
    }

    [Theory]
    [InlineData("""[{"type":"x","function":{"name":"f"}}]""", "tools[0].type")]
    [InlineData("""[{"function":{"name":"f"}}]""", "tools[0].type")]
    [InlineData("""[{"type":"function"}]""", "tools[0].function")]
    [InlineData("""[{"type":"function","function":{}}]""", "tools[0].function.name")]
    [InlineData("""[{"type":"function","function":{"name":"a b"}}]""", "tools[0].function.name")]
    [InlineData("""[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"f"}}]""", "tools[1].function.name")]
    [InlineData("""[{"type":"function","function":{"name":"f","parameters":5}}]""", "tools[0].function.parameters")]
    [InlineData("""[{"type":"function","function":{"name":"f","parameters":{"type":"string"}}}]""", "tools[0].function.parameters")]
    [InlineData("""[5]""", "tools[0]")]
    [InlineData("""{}""", "tools")]
    public async Task F10_BadTools_AreNamed(string tools, string param)
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.ChatAsync($"\"tools\":{tools}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, (string?)json["error"]!["param"]);
    }

    [Theory]
    [InlineData("\"required\"")]
    [InlineData("\"some\"")]
    [InlineData("\"any\"")]
    [InlineData("\"tool\"")]
    [InlineData("{}")]
    [InlineData("""{"type":"function","function":{"name":"other"}}""")]
    [InlineData("""{"type":"function"}""")]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}""")]
    [InlineData("""{"type":"allowed_tools","allowed_tools":{"mode":"x","tools":[{"type":"function","function":{"name":"f"}}]}}""")]
    public async Task F10_BadChoices_AreNamed(string choice)
    {
        await using var server = await TestServer.StartAsync();
        var tools = choice == "\"required\"" ? "[]" : """[{"type":"function","function":{"name":"f"}}]""";
        var (status, json) = await server.ChatAsync($"\"tools\":{tools},\"tool_choice\":{choice}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("tool_choice", (string?)json["error"]!["param"]);
    }

    [Fact]
    public async Task F10_ManyTools_AreRefused_NoneAreAbsent()
    {
        await using var server = await TestServer.StartAsync();
        var many = string.Join(',', Enumerable.Range(0, 129).Select(i => $$$"""{"type":"function","function":{"name":"f{{{i}}}"}}"""));
        var (status, json) = await server.ChatAsync($"\"tools\":[{many}]");
        Assert.Equal((HttpStatusCode.BadRequest, "tools"), (status, (string?)json["error"]!["param"]));
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync("\"tools\":[]")).Status);
    }

    [Fact]
    public async Task F10_SchemaThatIsNone_IsRefusedWhereItMustHold()
    {
        await using var server = await StartAsync();
        const string Tools = """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"foo"}}}}}] """;
        var (status, json) = await server.ChatAsync($"{Tools},\"tool_choice\":\"required\"");
        Assert.Equal((HttpStatusCode.BadRequest, "tools[0].function.parameters"), (status, (string?)json["error"]!["param"]));
        Assert.Equal(HttpStatusCode.OK, (await server.ChatAsync($"{Tools},\"max_tokens\":3")).Status);
    }

    // The template has no word for it.
    [Fact]
    public async Task K04_ResultThatIsAnError_IsToldInWords()
    {
        const string Conversation = """
            {"max_tokens":3,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","is_error":ERROR,"content":CONTENT}]}]}
            """;
        await using var server = await TestServer.StartAsync();
        async Task<int> CountAsync(string error, string content)
        {
            var (_, json) = await server.PostJsonAsync("/v1/messages/count_tokens", Conversation.Replace("ERROR", error).Replace("CONTENT", content));
            return (int)json["input_tokens"]!;
        }

        foreach (var content in (string[])["\"no net\"", """[{"type":"text","text":"no net"}]"""])
            Assert.Equal(await CountAsync("false", "\"The tool failed. no net\""), await CountAsync("true", content));
        Assert.Equal(await CountAsync("false", "\"The tool failed.\""), await CountAsync("true", "null"));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("required")]
    public async Task F10_UnenforceableKeyword_StrictIsRefused_OtherwiseWarned(string choice)
    {
        static string Tools(string strict) => """ "tools":[{"type":"function","function":{"name":"f",STRICT"parameters":{"type":"object","properties":{"a":{"type":"array","items":{"enum":[1,2]},"maxItems":3,"uniqueItems":true}}}}}] """.Replace("STRICT", strict, StringComparison.Ordinal);
        await using var server = await StartAsync();
        var (status, json) = await server.ChatAsync($"{Tools("\"strict\":true,")},\"tool_choice\":\"{choice}\"");
        Assert.Equal((HttpStatusCode.BadRequest, "tools[0].function.parameters"), (status, (string?)json["error"]!["param"]));
        Assert.Equal("invalid_function_parameters", (string?)json["error"]!["code"]);
        Assert.Contains("'uniqueItems' at ", (string?)json["error"]!["message"]);
        using var response = await server.PostAsync(Chat, TestServer.ChatBody($"{Tools("")},\"tool_choice\":\"{choice}\",\"max_tokens\":3"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("tools[0].function.parameters/properties/a/uniqueItems", response.Headers.GetValues("x-vibee-unenforced").Single());
    }

    // Qwen3-Coder's format names each argument: those of a function next to it, and of one whose schema is of no use, can
    // still be given.
    [Fact]
    public async Task Auto_SchemaThatIsNone_OtherArgumentsAreKept()
    {
        const string Tools = """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"foo"}}}}},{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{"b":{"type":"string"}}}}}] """;
        foreach (var (name, argument) in (KeyValuePair<string, string>[])[new("f", "a"), new("g", "b")])
        {
            await using var server = await TestServer.StartAsync(Script.WithTemplate(
                Template + "{# <function= <parameter= #}", "</think>", "<function=", name, ">", "\n", "<parameter=", argument, ">", "\n", "12", "\n", "</parameter>", "\n", "</function>", "\n", "</tool_call>"));
            var (_, json) = await server.ChatAsync(Tools);
            var call = json["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!;
            Assert.Equal((name, name == "f" ? "{\"a\": 12}" : "{\"b\": \"12\"}"), ((string?)call["name"], (string?)call["arguments"]));
        }
    }

    // gpt-oss opens a channel before it says anything.
    [Theory]
    [InlineData("\"tool_choice\":\"none\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"enum\":[12]}}}")]
    public async Task Harmony_HeldToAForm_StillHasItsChannels(string fields)
    {
        const string Harmony = "{% if false %}<|channel|><|message|>{% endif %}<|im_start|>\n<|start|>assistant";
        await using var server = await TestServer.StartAsync(Script.WithTemplate(
            Harmony, "<|channel|>", "analysis", "<|message|>", "Hm.", "<|end|>", "<|start|>", "assistant", "<|channel|>", "final", "<|message|>", "12"));
        var (_, json) = await server.ChatAsync(fields);
        Assert.Equal(("Hm.", "12"), ((string?)json["choices"]![0]!["message"]!["reasoning_content"], (string?)json["choices"]![0]!["message"]!["content"]));
    }

    [Fact]
    public async Task F11_NoParameters_NoArguments()
    {
        await using var server = await StartAsync();
        var (_, json) = await server.ChatAsync("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\"}}],\"tool_choice\":\"required\"");
        Assert.Empty(JsonNode.Parse((string)json["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["arguments"]!)!.AsObject());
    }

    [Fact]
    public async Task F12_ThinkingThenCalls_AreParted()
    {
        await using var server = await TestServer.StartAsync(Script.WithTemplate(Template, ["Hm", ".", "</think>", .. Call("get_weather", "{\"city\": \"Oslo\"}")]));
        var chunks = Sse.Chunks(await server.PostTextAsync(Chat, Body(Ask, "\"stream\":true")));
        var kinds = Sse.Choices(chunks).Select(choice => string.Join('+', choice["delta"]!.AsObject().Select(field => field.Key).Except(["role"]))).Where(kind => kind.Length > 0).ToList();
        Assert.Equal(["content", "reasoning_content+reasoning", "tool_calls"], kinds.Distinct());
        Assert.Equal("Hm.", Sse.Join(chunks, 0, "reasoning_content"));
        Assert.Equal("", Sse.Content(chunks));
    }

    [Fact]
    public async Task F13_OddNamesAndTexts_AreExact()
    {
        await using var server = await StartAsync();
        const string Tools = """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"größe \"é\"":{"enum":["a\"b\\c"]},"日本":{"const":"🦙"}},"required":["größe \"é\"","日本"],"additionalProperties":false}}}] """;
        var (_, json) = await server.ChatAsync($"{Tools},\"tool_choice\":\"required\"");
        var arguments = JsonNode.Parse((string)json["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["arguments"]!)!;
        Assert.Equal("a\"b\\c", (string?)arguments["größe \"é\""]);
        Assert.Equal("🦙", (string?)arguments["日本"]);
    }

    [Fact]
    public async Task F14_AllowedTools_OnlyThese()
    {
        await using var server = await StartAsync();
        var (_, json) = await server.PostJsonAsync(Chat, Body(Ask, """
            "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"add"}}]}}
            """));
        Assert.All(json["choices"]![0]!["message"]!["tool_calls"]!.AsArray(), call => Assert.Equal("add", (string?)call!["function"]!["name"]));
    }

    [Fact]
    public async Task Auto_MalformedCall_IsText()
    {
        // Nothing vouches for a call at the beginning of an answer in this format, so it is looked at as it is.
        await using var server = await TestServer.StartAsync(Script.WithTemplate(Template.Replace("<tool_call>", "<|start_header_id|>\"parameters\""), "</think>", "{\"name\": \"get_weather\", \"parameters\": {\"city\": Oslo}}"));
        var (_, json) = await server.PostJsonAsync(Chat, Body(Ask));
        Assert.Equal("{\"name\": \"get_weather\", \"parameters\": {\"city\": Oslo}}", (string?)json["choices"]![0]!["message"]!["content"]);
        Assert.Equal("stop", (string?)json["choices"]![0]!["finish_reason"]);
    }

    [Fact]
    public async Task Logprobs_BesideCalls_AreThoseOfTheContent()
    {
        await using var server = await TestServer.StartAsync(Script.WithTemplate(Template, ["</think>", "Well", " then", .. Call("now", "{}")]));
        var (_, json) = await server.ChatAsync("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\"}}],\"logprobs\":true");
        Assert.Equal("Well then", (string?)json["choices"]![0]!["message"]!["content"]);
        Assert.Equal("Well then", string.Concat(json["choices"]![0]!["logprobs"]!["content"]!.AsArray().Select(token => (string?)token!["token"])));
    }

    [Fact]
    public async Task TemplateWithoutTools_IsToldInWords()
    {
        await using var server = await TestServer.StartAsync(Script.Says(TestServer.Capacity with { ContextLength = 2048, KvCells = 4096 }, ["Sure", ".", .. Call("get_weather", "{\"city\": \"Oslo\"}")]));
        var (_, prompt) = await server.PostJsonAsync("/apply-template", Body($$$"""{{{Ask}}},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"add","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"a","content":"5"}"""));
        Assert.Contains("You may call functions.", (string?)prompt["prompt"]);
        Assert.Contains("\"name\":\"get_weather\"", (string?)prompt["prompt"]);
        Assert.Contains("<tool_call>{\"name\": \"add\", \"arguments\": {\"a\":1}}</tool_call>", (string?)prompt["prompt"]);
        Assert.Contains("user\n<tool_response>\n5\n</tool_response>", (string?)prompt["prompt"]);
        var (_, json) = await server.PostJsonAsync(Chat, Body(Ask));
        Assert.Equal("Sure.", (string?)json["choices"]![0]!["message"]!["content"]);
        Assert.Equal("get_weather", (string?)json["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["name"]);
    }

    [Fact]
    public async Task G07_ToolsAndAFormat_BothHold()
    {
        await using var server = await StartAsync();
        const string Format = """ "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"enum":["yes","no"]}}} """;
        var (_, called) = await server.PostJsonAsync(Chat, Body(Ask, Format));
        CheckCall(called["choices"]![0]!["message"]!["tool_calls"]![0]!, ["get_weather"]);
        for (var seed = 0; seed < 4; seed++)
        {
            var (_, json) = await server.PostJsonAsync(Chat, Body("""{"role":"user","content":"Hello!"}""", $"{Format},\"temperature\":2,\"seed\":{seed}"));
            if (json["choices"]![0]!["message"]!["content"] is { } content)
                Assert.Contains((string?)content, (string[])["\"yes\"", "\"no\""]);
        }
    }

    [Fact]
    public async Task J05_Responses_RoundTrip()
    {
        await using var server = await StartAsync();
        var tools = $"[{Flat(Weather)}]";
        var (_, first) = await server.PostJsonAsync("/v1/responses", $$"""{"input":[{{Ask}}],"tools":{{tools}},"temperature":0}""");
        var call = Assert.Single(first["output"]!.AsArray())!;
        Assert.Equal(("function_call", "get_weather", "completed"), ((string?)call["type"], (string?)call["name"], (string?)call["status"]));
        Assert.StartsWith("fc_", (string?)call["id"]);
        Assert.StartsWith("call_", (string?)call["call_id"]);
        Assert.Equal("get_weather", (string?)first["tools"]![0]!["name"]);

        var events = Sse.Events(await server.PostTextAsync("/v1/responses", $$"""{"input":[{{Ask}}],"tools":{{tools}},"temperature":0,"stream":true}"""));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(item => (int)item["sequence_number"]!));
        Assert.Equal(
            ["response.created", "response.in_progress", "response.output_item.added", "response.function_call_arguments.delta",
             "response.function_call_arguments.done", "response.output_item.done", "response.completed"],
            events.Select(item => (string)item["type"]!).Distinct());
        var done = events.Single(item => (string?)item["type"] == "response.function_call_arguments.done");
        Assert.Equal((string?)call["arguments"], (string?)done["arguments"]);
        Assert.Equal((string?)done["arguments"], string.Concat(events.Where(item => (string?)item["type"] == "response.function_call_arguments.delta").Select(item => (string?)item["delta"])));
        Assert.Equal("", (string?)events[2]["item"]!["arguments"]);

        var (status, second) = await server.PostJsonAsync("/v1/responses", $$$"""
            {"input":[{{{Ask}}},{"type":"function_call","call_id":"call_1","name":"get_weather","arguments":"{\"city\": \"Oslo\"}"},
            {"type":"function_call_output","call_id":"call_1","output":"{\"temp\": 12, \"sky\": \"cloudy\"}"}],"tools":{{{tools}}},"temperature":0}
            """);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("It is 12 degrees and cloudy in Oslo.", (string?)second["output"]![0]!["content"]![0]!["text"]);
    }

    [Fact]
    public async Task K04_Messages_RoundTrip()
    {
        await using var server = await StartAsync();
        var tools = $"[{Anthropic(Weather)}]";
        var events = Sse.Events(await server.PostTextAsync("/v1/messages", $$"""{"max_tokens":100,"messages":[{{Ask}}],"tools":{{tools}},"temperature":0,"stream":true}"""));
        var start = events.Single(item => (string?)item["type"] == "content_block_start");
        Assert.Equal("tool_use", (string?)start["content_block"]!["type"]);
        Assert.Equal("{}", start["content_block"]!["input"]!.ToJsonString());
        Assert.StartsWith("toolu_", (string?)start["content_block"]!["id"]);
        Assert.Equal("""{"city": "Oslo"}""", string.Concat(events.Where(item => (string?)item["type"] == "content_block_delta").Select(item => (string?)item["delta"]!["partial_json"])));
        Assert.Equal("tool_use", (string?)events.Single(item => (string?)item["type"] == "message_delta")["delta"]!["stop_reason"]);

        foreach (var content in (string[])["\"{\\\"temp\\\": 12, \\\"sky\\\": \\\"cloudy\\\"}\"", "[{\"type\":\"text\",\"text\":\"{\\\"temp\\\": 12, \\\"sky\\\": \\\"cloudy\\\"}\"}]"])
        {
            foreach (var isError in (string[])["", ",\"is_error\":true"])
            {
                var (status, json) = await server.PostJsonAsync("/v1/messages", $$$"""
                    {"max_tokens":100,"messages":[{{{Ask}}},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"city":"Oslo"}}]},
                    {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":{{{content}}}{{{isError}}}}]}],"tools":{{{tools}}},"temperature":0}
                    """);
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.Equal("It is 12 degrees and cloudy in Oslo.", (string?)json["content"]![0]!["text"]);
            }
        }
    }

    [Theory]
    [InlineData("""{"type":"any"}""", "tool_use")]
    [InlineData("""{"type":"tool","name":"add","disable_parallel_tool_use":true}""", "tool_use")]
    [InlineData("""{"type":"auto","disable_parallel_tool_use":true}""", null)]
    [InlineData("""{"type":"none"}""", "end_turn")]
    public async Task K08_ToolChoice_IsObeyed(string choice, string? stop)
    {
        await using var server = await StartAsync();
        var (status, json) = await server.PostJsonAsync("/v1/messages",
            $$"""{"max_tokens":200,"messages":[{"role":"user","content":"Hello!"}],"tools":[{{Anthropic(Weather)}},{{Anthropic(Add)}}],"tool_choice":{{choice}},"temperature":0}""");
        Assert.Equal(HttpStatusCode.OK, status);
        if (stop is not null)
            Assert.Equal(stop, (string?)json["stop_reason"]);
        var calls = json["content"]!.AsArray().Where(block => (string?)block!["type"] == "tool_use").ToList();
        if (stop == "tool_use")
            Assert.All(calls, call => Assert.IsType<JsonObject>(call!["input"]));
        if (choice.Contains("disable", StringComparison.Ordinal))
            Assert.True(calls.Count <= 1);
        if (choice.Contains("\"add\"", StringComparison.Ordinal))
            Assert.Equal("add", (string?)Assert.Single(calls)!["name"]);
    }

    [Fact]
    public async Task K06_N02_CountsWithTools_AreWhatIsCharged()
    {
        await using var server = await StartAsync();
        var (_, counted) = await server.PostJsonAsync($"{Chat}/input_tokens", Body(Ask));
        var (_, charged) = await server.PostJsonAsync(Chat, Body(Ask));
        Assert.Equal((int)counted["input_tokens"]!, (int)charged["usage"]!["prompt_tokens"]!);

        var (_, prompt) = await server.PostJsonAsync("/apply-template", Body(Ask));
        var (_, tokens) = await server.PostJsonAsync("/tokenize", new JsonObject { ["content"] = prompt["prompt"]!.DeepClone(), ["add_special"] = true }.ToJsonString());
        Assert.Equal((int)counted["input_tokens"]!, tokens["tokens"]!.AsArray().Count);

        var body = $$"""{"messages":[{{Ask}}],"tools":[{{Anthropic(Weather)}},{{Anthropic(Add)}}],"max_tokens":5}""";
        var (_, anthropic) = await server.PostJsonAsync("/v1/messages/count_tokens", body);
        var (_, message) = await server.PostJsonAsync("/v1/messages", body);
        Assert.Equal((int)anthropic["input_tokens"]!, (int)message["usage"]!["input_tokens"]! + (int)message["usage"]!["cache_read_input_tokens"]!);
    }

    [Fact]
    public async Task Golden_ToolConversations_AreEqual()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "shared", "golden", "igla-tiny.json");
        if (!File.Exists(path))
            Assert.Skip("there is no ../shared/golden/igla-tiny.json");
        var golden = JsonNode.Parse(await File.ReadAllTextAsync(path, Cancellation))!;
        await using var server = await StartAsync();
        foreach (var result in golden["results"]!.AsArray().Where(result => (string?)result!["model"] == "igla-tiny.gguf" && ((string)result["case"]!).StartsWith("tool", StringComparison.Ordinal)))
        {
            var body = golden["cases"]![(string)result!["case"]!]!.DeepClone();
            body["temperature"] = 0;
            var (_, prompt) = await server.PostJsonAsync("/apply-template", body.ToJsonString());
            Assert.Equal((string?)result["prompt"], (string?)prompt["prompt"]);
            var (_, json) = await server.PostJsonAsync(Chat, body.ToJsonString());
            var message = json["choices"]![0]!["message"]!;
            var text = message["tool_calls"] is JsonArray calls
                ? string.Concat(calls.Select(call => $"<tool_call>{{\"name\": \"{call!["function"]!["name"]}\", \"arguments\": {call["function"]!["arguments"]}}}</tool_call>"))
                : (string?)message["content"];
            Assert.Equal((string?)result["content"], text);
        }
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(DefaultRunner.Trinity(TestServer.Capacity));

    private static string Body(string messages, string more = "\"n\":1") =>
        $$$"""{"messages":[{{{messages}}}],"tools":[{"type":"function","function":{{{Weather}}}},{"type":"function","function":{{{Add}}}}],"temperature":0,{{{more}}}}""".Replace(
            more.Contains("\"temperature\"", StringComparison.Ordinal) ? "\"temperature\":0," : "\0", "");

    private static string Flat(string function) => $"{{\"type\":\"function\",{function[1..]}";

    private static string Anthropic(string function) => function.Replace("\"parameters\"", "\"input_schema\"", StringComparison.Ordinal);

    private static string[] Call(string name, string arguments) =>
        ["<tool_call>", "{\"name\": \"", name, "\", \"arguments\": ", arguments, "}", "</tool_call>"];

    private static void CheckCall(JsonNode call, string[] names)
    {
        Assert.Contains((string?)call["function"]!["name"], names);
        var arguments = JsonNode.Parse((string)call["function"]!["arguments"]!)!.AsObject();
        if ((string?)call["function"]!["name"] == "get_weather")
            Assert.IsType<string>(arguments["city"]!.GetValue<string>());
        else
            Assert.True(arguments.ContainsKey("a") && arguments.ContainsKey("b"));
    }
}
