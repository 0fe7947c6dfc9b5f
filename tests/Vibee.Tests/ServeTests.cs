using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Vibee.Tests;

/// <summary>The server as a user starts it, with the real models.</summary>
public class ServeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mock_GuideExamples_AnswerAsPrinted()
    {
        var (process, client) = await VibeeProcess.ServeAsync();
        await using var _ = process;

        Assert.Equal("""{"status":"healthy","version":"1.0.0","trinity":true}""", await client.GetStringAsync("/health", Cancellation));
        Assert.Equal(
            """{"phi":1.618033988749895,"phi_squared":2.618033988749895,"inv_phi_squared":0.381966011250105,"trinity":3.0,"phoenix":999,"verified":true}""",
            await client.GetStringAsync("/phi", Cancellation));
        var models = JsonNode.Parse(await client.GetStringAsync("/v1/models", Cancellation))!["data"]!.AsArray();
        Assert.Equal(["igla-7b", "igla-koshey"], models.Select(model => (string)model!["id"]!));
        Assert.All(models, model => Assert.Equal("vibee", (string)model!["owned_by"]!));

        var answer = await ChatAsync(client, """{"model":"igla-7b","messages":[{"role":"user","content":"Hello!"}]}""");
        Assert.Equal("Hello! I am iGLA assistant.", Content(answer));
        Assert.Equal("stop", (string)answer["choices"]![0]!["finish_reason"]!);

        var completion = await PostAsync(client, "/v1/completions", """{"model":"igla-7b","prompt":"Hello, world!"}""");
        Assert.Equal("text_completion", (string)completion["object"]!);
        Assert.Contains("I am iGLA assistant.", (string)completion["choices"]![0]!["text"]!);

        var metrics = await client.GetStringAsync("/metrics", Cancellation);
        Assert.Contains("# HELP igla_requests_total Total requests\n# TYPE igla_requests_total counter\nigla_requests_total ", metrics);
        Assert.Contains("# HELP igla_tokens_generated Total tokens\n# TYPE igla_tokens_generated counter\nigla_tokens_generated ", metrics);
        Assert.Contains("# HELP igla_uptime_seconds Uptime\n# TYPE igla_uptime_seconds gauge\nigla_uptime_seconds ", metrics);
    }

    [Theory]
    [InlineData("Hello!", "Hello! I am iGLA assistant. How can I help you?")]
    [InlineData("What is 7 + 5?", "7 + 5 = 12.")]
    public async Task IglaTiny_Greedy_Answers(string question, string expected)
    {
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("igla-tiny.gguf"));
        await using var _ = process;
        Assert.Equal(expected, Content(await ChatAsync(client, $$"""{"messages":[{"role":"user","content":"{{question}}"}],"temperature":0}""")));
    }

    [Theory]
    [InlineData("igla-tiny.gguf", "llama")]
    [InlineData("igla-tiny-F16.gguf", "llama")]
    [InlineData("igla-tiny.gguf", "trinity")]
    [InlineData("igla-tiny-F16.gguf", "trinity")]
    public async Task IglaTiny_GoldenConversations_PromptTokensAndAnswerEqual(string model, string engine)
    {
        var golden = JsonNode.Parse(await File.ReadAllTextAsync(Checkout.Shared("golden", "igla-tiny.json"), Cancellation))!;
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Shared("models", model), "--engine", engine);
        await using var _ = process;

        var compared = 0;
        foreach (var result in golden["results"]!.AsArray().Where(result => (string)result!["model"]! == model))
        {
            var request = golden["cases"]![(string)result!["case"]!]!.DeepClone().AsObject();
            if (request.ContainsKey("tools"))
                continue;
            request["temperature"] = 0;

            var prompt = await PostAsync(client, "/apply-template", request.ToJsonString());
            Assert.Equal((string)result["prompt"]!, (string)prompt["prompt"]!);
            var tokens = await PostAsync(client, "/tokenize", new JsonObject { ["content"] = prompt["prompt"]!.DeepClone() }.ToJsonString());
            Assert.Equal(result["prompt_tokens"]!.ToJsonString(), tokens["tokens"]!.ToJsonString());

            var answer = await ChatAsync(client, request.ToJsonString());
            var message = answer["choices"]![0]!["message"]!;
            var text = message["reasoning_content"] is { } reasoning ? $"{reasoning}|{message["content"]}" : Content(answer);
            if (await CertainTextAsync(client, result) is { } certain)
            {
                Assert.StartsWith(certain, text);
            }
            else
            {
                Assert.Equal(Split((string)result["content"]!), text);
                Assert.Equal(result["tokens"]!.AsArray().Count, (int)answer["usage"]!["completion_tokens"]!);
            }

            Assert.Equal(result["prompt_tokens"]!.AsArray().Count, (int)answer["usage"]!["prompt_tokens"]!);
            compared++;
        }

        Assert.Equal(10, compared);

        // Where two tokens all but tie, another processor may rightly choose the other: only what precedes is certain.
        static async Task<string?> CertainTextAsync(HttpClient client, JsonNode result)
        {
            var margins = result["margin"]!.AsArray().Select(margin => (double)margin!).ToList();
            var tie = margins.FindIndex(margin => margin < 0.01);
            if (tie < 0)
                return null;
            var tokens = new JsonArray([.. result["tokens"]!.AsArray().Take(tie).Select(token => token!.DeepClone())]);
            return (string)(await PostAsync(client, "/detokenize", new JsonObject { ["tokens"] = tokens }.ToJsonString()))["content"]!;
        }

        // The reference has the thoughts inside the text; the API has them apart.
        static string Split(string content) =>
            content.Split("</think>") is [var thoughts, var rest] ? $"{thoughts.Replace("<think>", "").Trim()}|{rest.Trim()}" : content;
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("trinity")]
    public async Task Stories_Greedy_ContinuesTheStory(string engine)
    {
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("stories260K.gguf"), "--engine", engine);
        await using var _ = process;
        Assert.StartsWith(
            ", there was a little girl named Lily. She loved to play outside in the park.",
            await CompleteAsync(client, "Once upon a time"));
    }

    /// <summary>Sixty-four clients at once, a fifth of whom leave in mid-stream.</summary>
    [Theory]
    [InlineData("llama")]
    [InlineData("trinity")]
    public async Task Stories_ManyClientsSomeLeaving_SurvivorsAsIfAlone(string engine)
    {
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("stories260K.gguf"), "--engine", engine, "--threads", "2", "--parallel", "8");
        await using var _ = process;
        string[] prompts = ["Once upon a time", "The little dog was", "Lily and Tom went to the", "One day, a big bird", "Tom had a red ball", "The sun was", "Mom said", "A cat"];
        var alone = new List<string>();
        foreach (var prompt in prompts)
            alone.Add(await CompleteCertainlyAsync(client, prompt));

        await Parallel.ForAsync(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            var prompt = i % prompts.Length;
            if (i % 5 == 0)
                await LeaveAsync(client, prompts[prompt]);
            else
                Assert.StartsWith(alone[prompt], await CompleteAsync(client, prompts[prompt]));
        });

        await Metrics.WhenIdleAsync(client);
    }

    [Fact]
    public async Task Stories_FourThousandRequests_MemoryIsFlat()
    {
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("stories260K.gguf"), "--threads", "2");
        await using var _ = process;
        using var view = Process.GetProcessById(process.Id);

        // The heap breathes by many megabytes, so one difference tells nothing; but what a request leaves behind
        // (a slot, a connection, a kilobyte) is added by every round, and then no round can be flat.
        await BurstAsync();
        var sizes = new List<long> { Size() };
        for (var round = 0; round < 8; round++)
        {
            await BurstAsync();
            sizes.Add(Size());
        }

        var least = sizes.Zip(sizes.Skip(1), (before, after) => after - before).Min();
        Assert.True(least < 500 * 1024, $"Each round of 500 requests added memory: {string.Join(", ", sizes.Select(size => $"{size >> 10} KB"))}.");
        await Metrics.WhenIdleAsync(client);

        long Size()
        {
            view.Refresh();
            return view.WorkingSet64;
        }

        Task BurstAsync() => Parallel.ForAsync(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await PostAsync(client, "/v1/completions", $$"""{"prompt":"Once upon a time {{i}}","max_tokens":2}"""));
    }

    [Fact]
    public async Task Terminate_DuringAStream_FinishesItAndExitsWith0()
    {
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("stories260K.gguf"));
        await using var _ = process;
        using var response = await StreamAsync(client, "Once upon a time", 200);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        await reader.ReadLineAsync(Cancellation);

        process.Terminate();

        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(Cancellation));
        Assert.Equal(0, await process.WaitForExitAsync());
    }

    [Fact]
    public async Task Terminate_AfterTheGracePeriod_EndsStreamsWithAnErrorFrame()
    {
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("igla-tiny.gguf"), "--drain-seconds", "0");
        await using var _ = process;
        using var response = await StreamAsync(client, "Tell me a story about Lily.", 900);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        await reader.ReadLineAsync(Cancellation);

        process.Terminate();

        var rest = await reader.ReadToEndAsync(Cancellation);
        Assert.Contains("\"error\":{", rest);
        Assert.DoesNotContain("[DONE]", rest);
        Assert.Equal(0, await process.WaitForExitAsync());
    }

    [Fact]
    public async Task Context_LargerThanTrained_IsObeyedWithAWarning()
    {
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("stories260K.gguf"), "--ctx", "1024", "--parallel", "1");
        await using var _ = process;
        using var __ = client;
        Assert.Matches("warn.*1024.*512", process.Error);
    }

    [Fact]
    public async Task Memory_TooLittleForTheModel_IsRefusedBeforeItIsTaken()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(
            ["serve", "--host", "127.0.0.1", "--port", "0", "-m", Checkout.Model("stories260K.gguf"), "--engine", "trinity", "--memory", "2M"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("--memory", error);
    }

    [Fact]
    public async Task GpuLayers_WithoutAGpu_IsSaid()
    {
        await using var process = VibeeProcess.Start("serve", "--host", "127.0.0.1", "--port", "0", "-m", Checkout.Model("stories260K.gguf"), "--gpu-layers", "99");
        await process.ComesToServeAsync();
        Assert.Contains("GPU", process.Error);
    }

    [Fact]
    public async Task StreamChatScript_QuotesAndNewlines_StreamsTheAnswer()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The script needs a POSIX shell.");
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("igla-tiny.gguf"), "--temperature", "0");
        await using var _ = process;
        var port = client.BaseAddress!.Port.ToString();

        Assert.Equal("Hello! I am iGLA assistant. How can I help you?\n", await RunScriptAsync(port, "Hello!"));
        Assert.NotEmpty(await RunScriptAsync(port, "He said \"hi\\there\"\nand\t'left' $HOME `id` %s", "20"));
        Assert.Equal("Hello! I\n", await RunScriptAsync(port, "Hello!", "3"));
    }

    private static async Task<string> RunScriptAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("sh", [Path.Combine(Checkout.Root, "scripts", "stream_chat.sh"), .. arguments]) { RedirectStandardOutput = true };
        using var script = Process.Start(start)!;
        var output = await script.StandardOutput.ReadToEndAsync(Cancellation);
        await script.WaitForExitAsync(Cancellation);
        Assert.Equal(0, script.ExitCode);
        return output;
    }

    private static Task<JsonNode> ChatAsync(HttpClient client, string request) => PostAsync(client, "/v1/chat/completions", request);

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, string request)
    {
        using var response = await client.PostAsync(path, new StringContent(request, Encoding.UTF8, "application/json"), Cancellation);
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}: {body}");
        return JsonNode.Parse(body)!;
    }

    private static string Content(JsonNode answer) => (string)answer["choices"]![0]!["message"]!["content"]!;

    private static async Task<string> CompleteAsync(HttpClient client, string prompt)
    {
        var answer = await PostAsync(client, "/v1/completions", $$"""{"prompt":"{{prompt}}","max_tokens":60,"temperature":0}""");
        return (string)answer["choices"]![0]!["text"]!;
    }

    /// <summary>The greedy continuation up to where two tokens tie to within 0.01: there llama.cpp, whose sums depend on
    /// what else is in the batch, may choose the other.</summary>
    private static async Task<string> CompleteCertainlyAsync(HttpClient client, string prompt)
    {
        var answer = await PostAsync(client, "/v1/completions", $$"""{"prompt":"{{prompt}}","max_tokens":60,"temperature":0,"logprobs":2}""");
        return CertainText.Of(answer["choices"]![0]!["logprobs"]!);
    }

    private static async Task<HttpResponseMessage> StreamAsync(HttpClient client, string prompt, int maxTokens)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent($$"""{"prompt":"{{prompt}}","max_tokens":{{maxTokens}},"temperature":0,"ignore_eos":true,"stream":true}""", Encoding.UTF8, "application/json"),
        };
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private static async Task LeaveAsync(HttpClient client, string prompt)
    {
        using var response = await StreamAsync(client, prompt, 400);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        await stream.ReadExactlyAsync(new byte[64], Cancellation);
    }
}
