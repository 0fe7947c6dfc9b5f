using System.Net;
using System.Text.Json.Nodes;
using Vibee.Engine;
using Vibee.Engine.Runners;

namespace Vibee.Server.Tests;

/// <summary>Section H of the contract.</summary>
public class CompletionTests
{
    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task Post_Minimal_IsTheDocumentedShape()
    {
        await using var server = await TestServer.StartAsync();
        var text = await server.PostTextAsync("/v1/completions", """{"model":"igla-7b","prompt":"Hello, world!"}""");
        Assert.Equal(
            """{"id":"cmpl-ID","object":"text_completion","created":NOW,"model":"igla-7b","system_fingerprint":"fp_PRINT","choices":[{"text":"Hello! I am iGLA assistant.","index":0,"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":9,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}""",
            ChatTests.Mask(text));
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task H01_Prompts_AreAnsweredInOrder()
    {
        await using var server = await TestServer.StartAsync();
        var (_, json) = await server.PostJsonAsync("/v1/completions", """{"prompt":["#","Hello","Hello!"],"n":2,"echo":true}""");

        var choices = json["choices"]!.AsArray();
        Assert.Equal([0, 1, 2, 3, 4, 5], choices.Select(choice => (int)choice!["index"]!));
        Assert.Equal(
            ["#Hello! I am iGLA assistant.", "Hello! I am iGLA assistant.", "Hello! I am iGLA assistant."],
            choices.Where((_, i) => i % 2 == 0).Select(choice => (string?)choice!["text"]));
        Assert.Equal(1 + 1 + 2, (int)json["usage"]!["prompt_tokens"]!);
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task H01_TokenIds_AreTheSameAsTheirText()
    {
        await using var server = await TestServer.StartAsync();
        var (_, tokenized) = await server.PostJsonAsync("/tokenize", """{"content":"Hello! I"}""");
        var ids = tokenized["tokens"]!.ToJsonString();
        foreach (var prompt in (string[])["\"Hello! I\"", ids, $"[{ids}]", "[\"Hello! I\"]"])
        {
            var (_, json) = await server.PostJsonAsync("/v1/completions", $$"""{"prompt":{{prompt}},"temperature":0}""");
            Assert.Equal(" am iGLA assistant.", (string?)json["choices"]![0]!["text"]);
        }
    }

    [Fact]
    public async Task H02_NoLimit_Is16Tokens()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        var (_, json) = await server.PostJsonAsync("/v1/completions", """{"prompt":"x"}""");
        Assert.Equal(16, (int)json["usage"]!["completion_tokens"]!);
        Assert.Equal("length", (string?)json["choices"]![0]!["finish_reason"]);
    }

    [Fact]
    public async Task H04_Logprobs_AreFourArraysOfOneLength()
    {
        await using var server = await TestServer.StartAsync(Script.Says("ab", "é🦙", "c"));
        var (_, json) = await server.PostJsonAsync("/v1/completions", """{"prompt":"<|im_start|>user\n","logprobs":2}""");
        var logprobs = json["choices"]![0]!["logprobs"]!;
        var tokens = logprobs["tokens"]!.AsArray().Select(token => (string)token!).ToList();

        Assert.Equal("abé🦙c", string.Concat(tokens));
        Assert.Equal(["ab", "", "é", "", "", "", "🦙", "c"], tokens);
        Assert.Equal([0, 2, 2, 3, 3, 3, 3, 4], logprobs["text_offset"]!.AsArray().Select(offset => (int)offset!));
        Assert.Equal(tokens.Count, logprobs["token_logprobs"]!.AsArray().Count);
        Assert.Equal(tokens.Count, logprobs["top_logprobs"]!.AsArray().Count);
        Assert.All(logprobs["top_logprobs"]!.AsArray(), top => Assert.InRange(top!.AsObject().Count, 1, 3));

        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/completions", """{"prompt":"<|im_start|>user\n","logprobs":2,"stream":true}"""));
        Assert.Equal([0, 2, 2, 3, 3, 3, 3, 4], Sse.Choices(chunks).Where(choice => choice["logprobs"] is not null)
            .SelectMany(choice => choice["logprobs"]!["text_offset"]!.AsArray()).Select(offset => (int)offset!));
    }

    [Theory]
    [InlineData("\"prompt\":\"assistant é🦙!\"", "assistant é🦙!")]
    [InlineData("\"prompt\":\"<|im_start|>user\\nx<|im_end|>\"", "<|im_start|>user\nx<|im_end|>")]
    [InlineData("\"prompt\":[195,169,240,65]", "é\uFFFDA")]
    public async Task H03_H04_EchoWithLogprobs_ScoresThePromptToo(string prompt, string text)
    {
        await using var server = await TestServer.StartAsync(Script.Repeats("ab"));
        foreach (var maxTokens in (int[])[0, 3])
        {
            var body = $$"""{{{prompt}},"echo":true,"logprobs":1,"max_tokens":{{maxTokens}}}""";
            var (_, json) = await server.PostJsonAsync("/v1/completions", body);
            var choice = json["choices"]![0]!;
            var logprobs = choice["logprobs"]!;
            var tokens = logprobs["tokens"]!.AsArray().Select(token => (string)token!).ToList();
            var offsets = logprobs["text_offset"]!.AsArray().Select(offset => (int)offset!).ToList();
            var usage = json["usage"]!;

            Assert.Equal(text + (maxTokens == 0 ? "" : "ababab"), (string?)choice["text"]);
            Assert.Equal((string?)choice["text"], string.Concat(tokens));
            Assert.Equal("length", (string?)choice["finish_reason"]);
            Assert.Equal(maxTokens, (int)usage["completion_tokens"]!);
            Assert.Equal((int)usage["prompt_tokens"]! + maxTokens, tokens.Count);
            for (var i = 0; i < tokens.Count; i++)
                Assert.Equal(tokens.Take(i).Sum(token => token.EnumerateRunes().Count()), offsets[i]);

            Assert.Null(logprobs["token_logprobs"]![0]);
            Assert.Null(logprobs["top_logprobs"]![0]);
            Assert.True(double.IsFinite(logprobs["token_logprobs"]!.AsArray().Skip(1).Sum(logprob => (double)logprob!)));
            Assert.All(logprobs["top_logprobs"]!.AsArray().Skip(1), top => Assert.InRange(top!.AsObject().Count, 1, 2));
            Assert.Equal(tokens.Count, logprobs["token_logprobs"]!.AsArray().Count);
            Assert.Equal(tokens.Count, logprobs["top_logprobs"]!.AsArray().Count);

            var chunks = Sse.Chunks(await server.PostTextAsync("/v1/completions", $"{body[..^1]},\"stream\":true}}"));
            Assert.Equal((string?)choice["text"], Sse.Join(chunks, 0, "text"));
            foreach (var (name, array) in logprobs.AsObject())
            {
                Assert.Equal(array!.AsArray().Select(value => value?.ToJsonString()), Sse.Choices(chunks).Where(chunk => chunk["logprobs"] is not null)
                    .SelectMany(chunk => chunk["logprobs"]![name]!.AsArray()).Select(value => value?.ToJsonString()));
            }
        }
    }

    [Fact]
    public async Task H03_EchoWithoutLogprobs_OfNothing_IsThePrompt()
    {
        await using var server = await TestServer.StartAsync(Script.Says("ab"));
        const string Body = """{"prompt":["x","yz"],"echo":true,"max_tokens":0,"n":2,"timings_per_token":true""";
        var (_, json) = await server.PostJsonAsync("/v1/completions", Body + "}");
        Assert.Equal(["x", "x", "yz", "yz"], json["choices"]!.AsArray().Select(choice => (string?)choice!["text"]));
        Assert.Equal("length", (string?)json["choices"]![0]!["finish_reason"]);
        Assert.Equal(0, (int)json["usage"]!["completion_tokens"]!);

        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/completions", Body + ""","stream":true}"""));
        Assert.Equal("yz", Sse.Join(chunks, 3, "text"));
    }

    [Fact]
    public async Task H03_EchoWithLogprobs_StopStringInThePrompt_StopsNothing()
    {
        await using var server = await TestServer.StartAsync(Script.Says("ab", "stop", "c"));
        var (_, json) = await server.PostJsonAsync("/v1/completions",
            """{"prompt":"a stop <|im_start|>user\n","echo":true,"logprobs":0,"stop":"stop"}""");
        Assert.Equal("a stop <|im_start|>user\nab", (string?)json["choices"]![0]!["text"]);
        Assert.Equal("stop", (string?)json["choices"]![0]!["finish_reason"]);
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task H05_LogprobsZero_HasTheSampledTokenOnly()
    {
        await using var server = await TestServer.StartAsync();
        var (_, json) = await server.PostJsonAsync("/v1/completions", """{"prompt":"x","logprobs":0,"max_tokens":1}""");
        Assert.Equal("""{"tokens":["Hello"],"token_logprobs":[0],"top_logprobs":[{"Hello":0}],"text_offset":[0]}""",
            json["choices"]![0]!["logprobs"]!.ToJsonString());
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task H07_Stream_InterleavesPrompts()
    {
        await using var server = await TestServer.StartAsync();
        var chunks = Sse.Chunks(await server.PostTextAsync("/v1/completions",
            """{"prompt":["#","Hello"],"stream":true,"stream_options":{"include_usage":true},"echo":true}"""));

        Assert.All(chunks, chunk => Assert.Equal("text_completion", (string?)chunk["object"]));
        Assert.Equal("#Hello! I am iGLA assistant.", Sse.Content(chunks, 0));
        Assert.Equal("Hello! I am iGLA assistant.", Sse.Content(chunks, 1));
        Assert.Equal("""{"prompt_tokens":2,"completion_tokens":17,"total_tokens":19,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}""",
            chunks[^1]["usage"]!.ToJsonString());
    }

    [Fact]
    public async Task BestOf_ShowsTheLikeliest_AndChargesAll()
    {
        await using var server = await TestServer.StartAsync(new FlatRunner());
        const string Sampling = "\"seed\":5,\"temperature\":2,\"top_k\":0,\"top_p\":1,\"min_p\":0,\"max_tokens\":4";
        var (_, all) = await server.PostJsonAsync("/v1/completions", $$"""{"prompt":["x","y"],"n":6,"logprobs":0,{{Sampling}}}""");
        var (_, best) = await server.PostJsonAsync("/v1/completions", $$"""{"prompt":["x","y"],"n":2,"best_of":6,{{Sampling}}}""");

        // The same seeds make the same texts; their likeliest two, best first, are those of best_of.
        var expected = all["choices"]!.AsArray().Chunk(6).SelectMany(texts => texts
            .OrderByDescending(choice => choice!["logprobs"]!["token_logprobs"]!.AsArray().Average(logprob => (double)logprob!)).Take(2));
        Assert.Equal(expected.Select(choice => (string?)choice!["text"]), best["choices"]!.AsArray().Select(choice => (string?)choice!["text"]));
        Assert.Equal([0, 1, 2, 3], best["choices"]!.AsArray().Select(choice => (int)choice!["index"]!));
        Assert.All(best["choices"]!.AsArray(), choice => Assert.Null(choice!["logprobs"]));
        Assert.Equal(2 * 6 * 4, (int)best["usage"]!["completion_tokens"]!);
        Assert.Equal(2, (int)best["usage"]!["prompt_tokens"]!);
    }

    [Theory]
    [InlineData("/v1/completions", "prompt", "\"prompt\":\"TEXT\"")]
    [InlineData("/v1/completions", "prompt", "\"prompt\":[\"x\",\"TEXT\"]")]
    [InlineData("/v1/chat/completions", "messages", "\"messages\":[{\"role\":\"user\",\"content\":\"TEXT\"}]")]
    [InlineData("/v1/responses", "input", "\"input\":\"TEXT\"")]
    public async Task PromptThatCannotFit_IsRefusedWithoutBeingTokenized(string path, string param, string fields)
    {
        await using var server = await TestServer.StartAsync();
        var text = string.Concat(Enumerable.Repeat("x y ", 1_000_000));
        var (status, json) = await server.PostJsonAsync(path, $"{{{fields.Replace("TEXT", text)}}}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("context_length_exceeded", (string?)json["error"]!["code"]);
        Assert.Equal(param, (string?)json["error"]!["param"]);
        Assert.Contains("at least 512 tokens", (string)json["error"]!["message"]!); // it did not count them
    }

    [Theory]
    [InlineData("{}", "prompt")]
    [InlineData("""{"prompt":null}""", "prompt")]
    [InlineData("""{"prompt":""}""", "prompt")]
    [InlineData("""{"prompt":[]}""", "prompt")]
    [InlineData("""{"prompt":[[]]}""", "prompt")]
    [InlineData("""{"prompt":[""]}""", "prompt")]
    [InlineData("""{"prompt":[-1]}""", "prompt")]
    [InlineData("""{"prompt":[99999999]}""", "prompt")]
    [InlineData("""{"prompt":[1.5]}""", "prompt")]
    [InlineData("""{"prompt":[1,"a"]}""", "prompt")]
    [InlineData("""{"prompt":["a",1]}""", "prompt")]
    [InlineData("""{"prompt":[null]}""", "prompt")]
    [InlineData("""{"prompt":{}}""", "prompt")]
    [InlineData("""{"prompt":5}""", "prompt")]
    [InlineData("""{"prompt":"x","max_tokens":0}""", "max_tokens")]
    [InlineData("""{"prompt":"x","max_tokens":-2}""", "max_tokens")]
    [InlineData("""{"prompt":"x","logprobs":21}""", "logprobs")]
    [InlineData("""{"prompt":"x","logprobs":true}""", "logprobs")]
    [InlineData("""{"prompt":"x","suffix":"y"}""", "suffix")]
    [InlineData("""{"prompt":"x","best_of":0}""", "best_of")]
    [InlineData("""{"prompt":"x","best_of":21}""", "best_of")]
    [InlineData("""{"prompt":"x","best_of":2,"stream":true}""", "best_of")]
    [InlineData("""{"prompt":["a","b","c","d","e","f","g"],"best_of":20}""", "best_of")]
    [InlineData("""{"prompt":"x","n":3,"best_of":2}""", "best_of")]
    [InlineData("""{"prompt":"x","n":2,"best_of":2,"stream":true}""", "best_of")]
    [InlineData("""{"prompt":["x","y"],"n":128}""", "n")]
    [InlineData("""{"prompt":"x","echo":1}""", "echo")]
    [InlineData("""{"prompt":"x","stream_options":{}}""", "stream_options")]
    public async Task H05_H08_BadFields_Are400WithTheirName(string body, string param)
    {
        await using var server = await TestServer.StartAsync();
        var (status, json) = await server.PostJsonAsync("/v1/completions", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_request_error", (string?)json["error"]!["type"]);
        Assert.Equal(param, (string?)json["error"]!["param"]);
    }

    [Fact]
    public async Task N01_AddSpecial_AddsTheBeginToken()
    {
        var tokenizer = new Beginning(new WordTokenizer(["Hello"], ["<end>"]));
        var model = new ModelInfo { Architecture = "script", TrainedContextLength = 64, EmbeddingLength = 0 };
        await using var server = await TestServer.StartAsync(new ScriptedRunner(model, tokenizer, TestServer.Capacity, _ => tokenizer.EndToken!.Value));
        Assert.Equal("""{"tokens":[256]}""", await server.PostTextAsync("/tokenize", """{"content":"Hello"}"""));
        Assert.Equal("""{"tokens":[1,256]}""", await server.PostTextAsync("/tokenize", """{"content":"Hello","add_special":true}"""));
        Assert.Equal("""{"tokens":[1,256,5,256]}""", await server.PostTextAsync("/tokenize", """{"content":["Hello",5,"Hello"],"add_special":true}"""));
    }

    [Fact]
    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    public async Task N01_N02_TokenEndpoints_AgreeWithEachOther()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var text in (string[])["plain", "日本語", "🦙👩‍👩‍👧", "\u0001\t\n"])
        {
            var quoted = JsonValue.Create(text).ToJsonString();
            var (_, tokenized) = await server.PostJsonAsync("/tokenize", $$"""{"content":{{quoted}}}""");
            var (_, back) = await server.PostJsonAsync("/detokenize", tokenized.ToJsonString());
            Assert.Equal(text, (string?)back["content"]);
        }

        var (_, pieces) = await server.PostJsonAsync("/tokenize", """{"content":"Hello\u00e9","with_pieces":true}""");
        Assert.Equal(["\"Hello\"", "[195]", "[169]"], pieces["tokens"]!.AsArray().Select(token => token!["piece"]!.ToJsonString()));

        var (_, template) = await server.PostJsonAsync("/apply-template", TestServer.ChatBody());
        var (_, tokens) = await server.PostJsonAsync("/tokenize", new JsonObject { ["content"] = (string?)template["prompt"] }.ToJsonString());
        var (_, count) = await server.PostJsonAsync("/v1/chat/completions/input_tokens", TestServer.ChatBody());
        var (_, answer) = await server.ChatAsync();
        Assert.Equal((int)answer["usage"]!["prompt_tokens"]!, tokens["tokens"]!.AsArray().Count);
        Assert.Equal("response.input_tokens", (string?)count["object"]);
        Assert.Equal((int)answer["usage"]!["prompt_tokens"]!, (int)count["input_tokens"]!);

        var (status, bad) = await server.PostJsonAsync("/detokenize", """{"tokens":[99999]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("tokens", (string?)bad["error"]!["param"]);
    }

    /// <summary>Puts token 1 before a text, as most models' tokenizers do.</summary>
    private sealed class Beginning(ITokenizer inner) : ITokenizer
    {
        public int VocabularySize => inner.VocabularySize;

        public int? BeginToken => 1;

        public int? EndToken => inner.EndToken;

        public IReadOnlySet<int> EndOfGenerationTokens => inner.EndOfGenerationTokens;

        public int[] Encode(string text, bool addSpecial, bool parseSpecial) =>
            [.. addSpecial ? [1] : Array.Empty<int>(), .. inner.Encode(text, addSpecial, parseSpecial)];

        public ReadOnlySpan<byte> Bytes(int token, bool renderSpecial = false) => inner.Bytes(token, renderSpecial);
    }
}
