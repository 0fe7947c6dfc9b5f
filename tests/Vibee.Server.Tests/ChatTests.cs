using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Vibee.Server.Tests;

public partial class ChatTests
{
    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task B01_E08_Minimal_IsTheWholeTranscript()
    {
        await using var server = await TestServer.StartAsync();

        var text = await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody());

        Assert.Equal(
            """{"id":"chatcmpl-ID","object":"chat.completion","created":NOW,"model":"igla-7b","system_fingerprint":"fp_PRINT","choices":[{"index":0,"message":{"role":"assistant","content":"Hello! I am iGLA assistant.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":9,"total_tokens":19,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}""",
            Mask(text));
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task C02_C04_Stream_IsTheWholeTranscript()
    {
        await using var server = await TestServer.StartAsync();

        var text = await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true"));

        var chunk = """data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":NOW,"model":"igla-7b","system_fingerprint":"fp_PRINT","choices":[{"index":0,"delta":{DELTA},"logprobs":null,"finish_reason":FINISH}]}""";
        string[] deltas =
        [
            "\"role\":\"assistant\",\"content\":\"\"",
            .. new[] { "Hello", "!", " I", " am", " i", "GLA", " assistant", "." }.Select(token => $"\"content\":\"{token}\""),
        ];
        var expected = string.Concat(deltas.Select(delta => chunk.Replace("DELTA", delta).Replace("FINISH", "null") + "\n\n"))
            + chunk.Replace("DELTA", "").Replace("FINISH", "\"stop\"") + "\n\ndata: [DONE]\n\n";
        Assert.Equal(expected, Mask(text));
    }

    [Fact]
    public async Task B01_Ids_AreUnique()
    {
        await using var server = await TestServer.StartAsync();
        var ids = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            var (_, json) = await server.ChatAsync("\"max_tokens\":1");
            Assert.True(ids.Add((string)json["id"]!));
        }
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Theory]
    [InlineData("\"max_tokens\":5", 5, "length")]
    [InlineData("\"max_completion_tokens\":5", 5, "length")]
    [InlineData("\"max_tokens\":20,\"max_completion_tokens\":5", 5, "length")]
    [InlineData("\"max_tokens\":5.0", 5, "length")]
    [InlineData("\"max_tokens\":-1", 9, "stop")]
    [InlineData("\"max_tokens\":null", 9, "stop")]
    public async Task B02_B03_TokenLimits_AreObeyed(string fields, int tokens, string reason)
    {
        await using var server = await TestServer.StartAsync();
        var (_, json) = await server.ChatAsync(fields);

        Assert.Equal(tokens, (int)json["usage"]!["completion_tokens"]!);
        Assert.Equal(reason, (string?)json["choices"]![0]!["finish_reason"]);
    }

    [Fact]
    public async Task B04_ContentParts_AreJoinedByLineBreaks()
    {
        await using var server = await TestServer.StartAsync();
        async Task<string> Prompt(string content)
        {
            var (_, json) = await server.PostJsonAsync("/apply-template", $$"""{"messages":[{"role":"user","content":{{content}}}]}""");
            return (string)json["prompt"]!;
        }

        Assert.Equal("<|im_start|>user\nab<|im_end|>\n<|im_start|>assistant\n", await Prompt("\"ab\""));
        Assert.Equal(await Prompt("\"ab\""), await Prompt("""[{"type":"text","text":"ab"}]"""));
        Assert.Equal(await Prompt("\"a\\nb\""), await Prompt("""[{"type":"text","text":"a"},{"type":"text","text":"b"}]"""));

        async Task<string> Answer(string content) => Mask(await server.PostTextAsync(
            "/v1/chat/completions", $$"""{"temperature":0,"messages":[{"role":"user","content":{{content}}}]}"""));
        await Answer("\"ab\""); // so that both find the prompt in the cache
        Assert.Equal(await Answer("\"ab\""), await Answer("""[{"type":"text","text":"ab"}]"""));
    }

    [Fact]
    public async Task B05_Developer_IsSystem()
    {
        await using var server = await TestServer.StartAsync();
        var (_, developer) = await server.PostJsonAsync("/apply-template", """{"messages":[{"role":"developer","content":"x"},{"role":"user","content":"y"}]}""");
        var (_, system) = await server.PostJsonAsync("/apply-template", """{"messages":[{"role":"system","content":"x"},{"role":"user","content":"y"}]}""");
        Assert.Equal((string?)system["prompt"], (string?)developer["prompt"]);
    }

    [Theory]
    [InlineData("""{}""", "messages")]
    [InlineData("""{"messages":null}""", "messages")]
    [InlineData("""{"messages":"x"}""", "messages")]
    [InlineData("""{"messages":[]}""", "messages")]
    [InlineData("""{"messages":[5]}""", "messages[0]")]
    [InlineData("""{"messages":[{}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":5,"content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"wizard","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":null}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":5}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":{}}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":[]}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":["x"]}]}""", "messages[0].content[0]")]
    [InlineData("""{"messages":[{"role":"user","content":[{"text":"x"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"smell"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"tool","content":"x"}]}""", "messages[0].tool_call_id")]
    [InlineData("""{"messages":[{"role":"assistant","content":null,"tool_calls":[{"function":{}}]},{"role":"user","content":"x"}]}""", "messages[0].tool_calls[0].function.name")]
    [InlineData("""{"messages":[{"role":"assistant","content":null}]}""", "messages[0].content")]
    public async Task B06_B07_BadMessages_Are400WithTheirPath(string body, string param)
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync("/v1/chat/completions", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_request_error", (string?)json["error"]!["type"]);
        Assert.Equal(param, (string?)json["error"]!["param"]);
    }

    [Fact]
    public async Task B06_ToolHistory_IsAccepted()
    {
        await using var server = await TestServer.StartAsync();
        var (status, _) = await server.PostJsonAsync("/v1/chat/completions",
            """{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":null,"type":"function","function":{"name":"f","arguments":""}},{"function":{"name":"h","arguments":"{\"a\":1,\"a\":\"\\ud800\"}"}},{"id":"b","function":{"name":"g","arguments":"no json"}}]},{"role":"tool","tool_call_id":"a","content":"1"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("""{"role":"assistant","refusal":"No."}""", "assistant: No. ")]
    [InlineData("""{"role":"assistant","content":"Yes.","refusal":"No."}""", "assistant: Yes. ")]
    [InlineData("""{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}}""", "assistant:  f")]
    [InlineData("""{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f"}}]}""", "assistant:  f")]
    public async Task B06_History_ReachesTheTemplate(string message, string prompt)
    {
        const string Template = "{% for m in messages %}{{ m.role }}: {{ m.content or '' }} {% if m.tool_calls %}{{ m.tool_calls[0].function.name }}{% endif %};{% endfor %}";
        await using var server = await TestServer.StartAsync(Script.WithTemplate(Template));
        var (_, json) = await server.PostJsonAsync("/apply-template", $$"""{"messages":[{{message}},{"role":"user","content":"x"}]}""");
        Assert.Equal($"{prompt};user: x ;", (string?)json["prompt"]);
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}]}""", "messages")]
    [InlineData("""{"messages":[{"role":"assistant","content":"a"}],"add_generation_prompt":true,"continue_final_message":true}""", "add_generation_prompt")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"continue_final_message":true}""", "messages")]
    [InlineData("""{"messages":[{"role":"assistant","content":"a","tool_calls":[{"function":{"name":"f"}}]}]}""", "messages")]
    public async Task B08_Contradictions_Are400(string body, string param)
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync("/v1/chat/completions", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(param, (string?)json["error"]!["param"]);
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Theory]
    [InlineData("", " I am iGLA assistant.")]
    [InlineData(",\"add_generation_prompt\":false,\"continue_final_message\":true", " I am iGLA assistant.")]
    [InlineData(",\"echo\":true", "Hello! I am iGLA assistant.")]
    public async Task B09_Prefill_IsContinued(string fields, string expected)
    {
        await using var server = await TestServer.StartAsync();
        var body = $$"""{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"Hello!"}]{{fields}}""";
        var (_, json) = await server.PostJsonAsync("/v1/chat/completions", body + "}");
        Assert.Equal(expected, (string?)json["choices"]![0]!["message"]!["content"]);

        var (_, counted) = await server.PostJsonAsync("/v1/chat/completions/input_tokens", body + "}");
        Assert.Equal((int)json["usage"]!["prompt_tokens"]!, (int)counted["input_tokens"]!);

        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/chat/completions", body + ",\"stream\":true}"));
        Assert.Equal("assistant", (string?)chunks[0]["choices"]![0]!["delta"]!["role"]);
        Assert.Equal(expected, Sse.Content(chunks));
    }

    [Fact]
    public async Task B10_SamePromptAgain_ComesFromTheCache()
    {
        await using var server = await TestServer.StartAsync();
        var body = $$"""{"temperature":0,"messages":[{"role":"user","content":"{{new string('#', 200)}}"}]}""";
        var (_, first) = await server.PostJsonAsync("/v1/chat/completions", body);
        var (_, second) = await server.PostJsonAsync("/v1/chat/completions", body);

        var prompt = (int)first["usage"]!["prompt_tokens"]!;
        Assert.Equal(0, (int)first["usage"]!["prompt_tokens_details"]!["cached_tokens"]!);
        Assert.InRange((int)second["usage"]!["prompt_tokens_details"]!["cached_tokens"]!, 1, prompt - 1);
        Assert.Equal(prompt, (int)second["usage"]!["prompt_tokens"]!);
        Assert.Equal(first["choices"]!.ToJsonString(), second["choices"]!.ToJsonString());
    }

    [Fact]
    public async Task B12_LimitBeyondTheContext_IsClipped()
    {
        await using var server = await TestServer.StartAsync(Script.Repeats("x"));
        var (status, json) = await server.ChatAsync("\"max_tokens\":100000");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("length", (string?)json["choices"]![0]!["finish_reason"]);
        Assert.Equal(TestServer.Capacity.ContextLength, (int)json["usage"]!["total_tokens"]!);
    }

    [Fact]
    public async Task Post_PromptBeyondTheContext_Is400WithTheCode()
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync("/v1/chat/completions",
            $$"""{"stream":true,"messages":[{"role":"user","content":"{{new string('#', 600)}}"}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("context_length_exceeded", (string?)json["error"]!["code"]);
        Assert.Equal("messages", (string?)json["error"]!["param"]);
    }

    [Theory]
    [InlineData("\"n\":0", "n")]
    [InlineData("\"n\":129", "n")]
    [InlineData("\"n\":\"2\"", "n")]
    [InlineData("\"n\":1.5", "n")]
    [InlineData("\"n\":1e99", "n")]
    [InlineData("\"stop\":[1]", "stop")]
    [InlineData("\"stop\":{}", "stop")]
    [InlineData("\"stop\":[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"0\",\"1\",\"2\"]", "stop")]
    [InlineData("\"stream\":\"yes\"", "stream")]
    [InlineData("\"stream_options\":{\"include_usage\":true}", "stream_options")]
    [InlineData("\"stream\":true,\"stream_options\":{\"include_usage\":\"yes\"}", "stream_options.include_usage")]
    [InlineData("\"seed\":9223372036854775808", "seed")]
    [InlineData("\"seed\":-9223372036854775809", "seed")]
    [InlineData("\"seed\":1.5", "seed")]
    [InlineData("\"temperature\":-0.1", "temperature")]
    [InlineData("\"temperature\":2.1", "temperature")]
    [InlineData("\"temperature\":\"1\"", "temperature")]
    [InlineData("\"temperature\":\"NaN\"", "temperature")]
    [InlineData("\"temperature\":1e999", "temperature")]
    [InlineData("\"temperature\":true", "temperature")]
    [InlineData("\"top_p\":-0.1", "top_p")]
    [InlineData("\"top_p\":1.1", "top_p")]
    [InlineData("\"frequency_penalty\":2.1", "frequency_penalty")]
    [InlineData("\"frequency_penalty\":-2.1", "frequency_penalty")]
    [InlineData("\"presence_penalty\":2.1", "presence_penalty")]
    [InlineData("\"presence_penalty\":-2.1", "presence_penalty")]
    [InlineData("\"logprobs\":1", "logprobs")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":-1", "top_logprobs")]
    [InlineData("\"logprobs\":true,\"top_logprobs\":21", "top_logprobs")]
    [InlineData("\"top_logprobs\":3", "top_logprobs")]
    [InlineData("\"max_tokens\":0", "max_tokens")]
    [InlineData("\"max_tokens\":-5", "max_tokens")]
    [InlineData("\"max_tokens\":1.5", "max_tokens")]
    [InlineData("\"max_tokens\":\"5\"", "max_tokens")]
    [InlineData("\"max_completion_tokens\":0", "max_completion_tokens")]
    [InlineData("\"logit_bias\":{\"abc\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"-1\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"99999999\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"1\":101}", "logit_bias")]
    [InlineData("\"logit_bias\":[1]", "logit_bias")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\"}", "response_format.json_schema")]
    [InlineData("\"response_format\":{\"type\":\"yaml\"}", "response_format.type")]
    [InlineData("\"response_format\":{}", "response_format.type")]
    [InlineData("\"response_format\":\"text\"", "response_format")]
    [InlineData("\"tools\":{}", "tools")]
    [InlineData("\"tool_choice\":\"required\"", "tool_choice")]
    [InlineData("\"tool_choice\":\"maybe\"", "tool_choice")]
    [InlineData("\"tool_choice\":{}", "tool_choice")]
    [InlineData("\"tool_choice\":5", "tool_choice")]
    [InlineData("\"parallel_tool_calls\":1", "parallel_tool_calls")]
    [InlineData("\"functions\":[]", "functions")]
    [InlineData("\"function_call\":\"auto\"", "function_call")]
    [InlineData("\"modalities\":[\"text\",\"audio\"]", "modalities")]
    [InlineData("\"audio\":{}", "audio")]
    [InlineData("\"web_search_options\":{}", "web_search_options")]
    [InlineData("\"reasoning_effort\":\"huge\"", "reasoning_effort")]
    [InlineData("\"chat_template_kwargs\":{\"enable_thinking\":\"yes\"}", "chat_template_kwargs.enable_thinking")]
    [InlineData("\"grammar\":\"root ::= x\"", "grammar")]
    [InlineData("\"min_p\":2", "min_p")]
    [InlineData("\"repeat_penalty\":0", "repeat_penalty")]
    [InlineData("\"user\":5", "user")]
    [InlineData("\"verbosity\":\"shouting\"", "verbosity")]
    [InlineData("\"metadata\":{\"a\":1}", "metadata")]
    [InlineData("\"metadata\":{\"0\":\"\",\"1\":\"\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\",\"6\":\"\",\"7\":\"\",\"8\":\"\",\"9\":\"\",\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":\"\"}", "metadata")]
    public async Task B14_B15_C06_D06_E02_E03_E08_E11_BadFields_Are400WithTheirName(string field, string param)
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.ChatAsync(field);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_request_error", (string?)json["error"]!["type"]);
        Assert.Equal(param, (string?)json["error"]!["param"]);
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Theory]
    [InlineData("\"frobnicate\":{\"x\":[1]}")]
    [InlineData("\"user\":\"u\",\"metadata\":{\"a\":\"b\"},\"store\":true,\"service_tier\":\"auto\",\"verbosity\":\"low\",\"prompt_cache_key\":\"k\"")]
    [InlineData("\"tools\":[],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false")]
    [InlineData("\"tools\":null,\"tool_choice\":\"none\"")]
    [InlineData("\"response_format\":{\"type\":\"text\"},\"modalities\":[\"text\"]")]
    [InlineData("\"stop\":null,\"seed\":null,\"temperature\":null,\"top_p\":null,\"n\":null,\"stream\":null,\"stream_options\":null,\"logit_bias\":null,\"logprobs\":null,\"top_logprobs\":null,\"model\":null,\"response_format\":null,\"metadata\":null,\"grammar\":null")]
    [InlineData("\"stop\":[]")]
    [InlineData("\"stop\":\"\"")]
    [InlineData("\"stop\":[\"\"]")]
    [InlineData("\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\"]")]
    [InlineData("\"model\":\"\",\"n\":1.0,\"seed\":1e3,\"top_logprobs\":0")]
    [InlineData("\"top_k\":-1,\"min_p\":0,\"repeat_penalty\":1,\"repeat_last_n\":-1,\"cache_prompt\":true,\"id_slot\":-1")]
    [InlineData("\"reasoning_effort\":\"none\",\"chat_template_kwargs\":{\"enable_thinking\":true,\"x\":[1,{\"y\":1e999,\"y\":2}]}")]
    [InlineData("\"temperature\":2,\"top_p\":0")]
    public async Task B15_C06_D06_E05_HarmlessFields_DoNotMatter(string fields)
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.ChatAsync(fields);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Hello! I am iGLA assistant.", (string?)json["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public async Task B17_EndAtOnce_IsAnEmptyAnswer()
    {
        await using var server = await TestServer.StartAsync(Script.Says());
        var (_, json) = await server.ChatAsync();
        Assert.Equal("", (string?)json["choices"]![0]!["message"]!["content"]);
        Assert.Equal("stop", (string?)json["choices"]![0]!["finish_reason"]);

        Assert.InRange((int)json["usage"]!["completion_tokens"]!, 0, 1);

        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true")));
        Assert.Equal(2, chunks.Count);
    }

    [Theory]
    [InlineData("{{ raise_exception('Roles must alternate.') }}", "Roles must alternate.")]
    [InlineData("{{ messages + 1 }}", "The model's chat template failed on these messages: ")]
    [InlineData("{% for %}", "The model's chat template cannot be used: ")]
    public async Task B18_TemplateRefuses_Is400WithTheReason(string template, string reason)
    {
        await using var server = await TestServer.StartAsync(Script.WithTemplate(template));
        var (status, json) = await server.ChatAsync("\"stream\":true");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("messages", (string?)json["error"]!["param"]);
        Assert.StartsWith(reason, (string?)json["error"]!["message"]);
    }

    [Theory]
    [InlineData("{% for m in messages %}{% for part in m.content %}[{{ part.text }}]{% endfor %}{% endfor %}", "\"ab\"", "[ab]")]
    [InlineData("{% for m in messages %}{% for part in m.content %}[{{ part.text }}]{% endfor %}{% endfor %}", """[{"type":"text","text":"a"},{"type":"text","text":"b"}]""", "[a][b]")]
    [InlineData("{% for m in messages %}{{ m.content }}{% endfor %}", """[{"type":"text","text":"a"},{"type":"text","text":"b"}]""", "a\nb")]
    [InlineData("{{ enable_thinking }}{{ x }}{{ messages[0].content }}", "\"c\"", "True7c")]
    public async Task Template_GetsWhatItUnderstands(string template, string content, string prompt)
    {
        await using var server = await TestServer.StartAsync(Script.WithTemplate(template));
        var (_, json) = await server.PostJsonAsync("/apply-template",
            $$$"""{"messages":[{"role":"user","content":{{{content}}}}],"reasoning_effort":"low","chat_template_kwargs":{"x":7}}""");
        Assert.Equal(prompt, (string?)json["prompt"]);
    }

    [Fact]
    public async Task Reasoning_OpenedByTheTemplate_IsFound()
    {
        await using var server = await TestServer.StartAsync(
            Script.WithTemplate("<|im_start|>{{ messages[0].role }}\n<think>", "two", "</think>", "\n", "Four"));
        var (_, json) = await server.ChatAsync();
        Assert.Equal("two", (string?)json["choices"]![0]!["message"]!["reasoning_content"]);
        Assert.Equal("Four", (string?)json["choices"]![0]!["message"]!["content"]);
    }

    [Theory]
    [InlineData("igla-koshey", "igla-koshey")]
    [InlineData("org/name:q4", "igla-7b")]
    public async Task Model_IdOrAlias_IsResolved(string asked, string answered)
    {
        await using var server = await TestServer.StartAsync();
        var (_, json) = await server.ChatAsync($"\"model\":\"{asked}\"");
        Assert.Equal(answered, (string?)json["model"]);
    }

    [Fact]
    public async Task Model_Unknown_Is404BeforeOtherProblems()
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.ChatAsync("\"n\":0,\"model\":\"gpt-4\"");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("model_not_found", (string?)json["error"]!["code"]);
        Assert.Equal("model", (string?)json["error"]!["param"]);
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task N10_Timings_OnlyOnRequestAndAtTheTop()
    {
        await using var server = await TestServer.StartAsync();
        var (_, without) = await server.ChatAsync();
        Assert.Null(without["timings"]);
        var (_, with) = await server.ChatAsync("\"timings_per_token\":true");
        Assert.Equal(9, (int)with["timings"]!["predicted_n"]!);
        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/chat/completions", TestServer.ChatBody("\"stream\":true,\"timings_per_token\":true")));
        Assert.Single(chunks, chunk => chunk["timings"] is not null);
    }

    /// <summary>Replaces what differs from run to run.</summary>
    internal static string Mask(string text) =>
        Fingerprint().Replace(Created().Replace(Id().Replace(text, "$1-ID"), "\"created\":NOW"), "fp_PRINT");

    [GeneratedRegex("(chatcmpl|cmpl)-[0-9a-f]{32}")]
    private static partial Regex Id();

    [GeneratedRegex("\"created\":[0-9]{10}")]
    private static partial Regex Created();

    [GeneratedRegex("fp_[0-9a-f]{10}")]
    private static partial Regex Fingerprint();
}
