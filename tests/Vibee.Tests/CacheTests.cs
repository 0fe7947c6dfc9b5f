using System.Text;
using System.Text.Json.Nodes;

namespace Vibee.Tests;

/// <summary>The prefix cache, with real models and over HTTP.</summary>
public sealed class CacheTests : IDisposable
{
    // Some 300 tokens of the little model, and then a few of each request's own.
    private static readonly string Prefix = string.Concat(Enumerable.Repeat("Once upon a time there was a little girl named Lily. She had a red ball and a dog. ", 12));
    private static readonly string[] Ends = ["One day", "The dog", "Lily was", "Her mom", "Then a big", "They saw", "It was", "The ball"];

    private readonly string _directory = Directory.CreateTempSubdirectory("vibee-cache-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A request's text does not depend on what else is there: whether its prefix was cached, forked from a
    /// running request, cut into chunks, preempted, or read from disk.</summary>
    [Theory]
    [InlineData("trinity", 0f)]
    [InlineData("trinity", 1f)]
    [InlineData("llama", 0f)]
    public async Task Complete_HoweverThePrefixCame_SaysTheSame(string engine, float temperature)
    {
        var alone = new Dictionary<string, Answer>();
        await using (var server = await ServeAsync(engine, "--parallel", "1", "--kv-cache", "8M"))
        {
            foreach (var end in Ends)
            {
                // Each prompt begins with a word of its own, so that none finds anything in the cache.
                alone[end] = await server.CompleteAsync($"{end}. {Prefix}{end}", temperature);
                Assert.InRange(alone[end].CachedTokens, 0, 20);
            }

            foreach (var end in Ends)
                Check(await server.CompleteAsync($"{end}. {Prefix}{end}", temperature), minimum: 250);
        }

        await using (var forked = await ServeAsync(engine, "--parallel", "8", "--batch-size", "32"))
        {
            await CheckAllAsync(forked, copies: 3);
            Assert.True(await forked.ReadAsync("igla_cached_tokens_total") > 8 * 2 * 250, "Prefixes were not shared.");
        }

        // Room for three prompts, but not for their answers.
        await using (var crowded = await ServeAsync(engine, "--parallel", "8", "--kv-cache", "655K"))
        {
            await CheckAllAsync(crowded, copies: 2);
            Assert.True(await crowded.ReadAsync("igla_prefix_cache_evictions_total") > 0, "There was room for all prefixes.");
            Assert.True(await crowded.ReadAsync("igla_preemptions_total") > 0, "There was room for all answers.");
        }

        // llama.cpp may choose otherwise at near ties, where it evaluates more at once.
        if (engine == "trinity")
        {
            await using var drafting = await ServeAsync(engine, "--speculate", "ngram", "--parallel", "8");
            await CheckAllAsync(drafting, copies: 1);
        }

        for (var life = 0; life < 2; life++)
        {
            await using var server = await ServeAsync(engine, "--kv-cache-dir", _directory);
            foreach (var end in Ends)
                Check(await server.CompleteAsync($"{end}. {Prefix}{end}", temperature), minimum: life * 250);
        }

        async Task CheckAllAsync(Server server, int copies)
        {
            var requests = Enumerable.Repeat(Ends, copies).SelectMany(ends => ends).Select(end => server.CompleteAsync($"{end}. {Prefix}{end}", temperature));
            foreach (var answer in await Task.WhenAll(requests))
                Check(answer, minimum: 0);
        }

        // llama.cpp's sums depend on what else is in a batch, so from the first tie on it may choose otherwise.
        void Check(Answer answer, int minimum)
        {
            var expected = alone[Ends.Single(end => answer.Prompt.StartsWith(end + ".", StringComparison.Ordinal))];
            Assert.True(answer.CachedTokens >= minimum, $"{answer.CachedTokens} tokens were cached.");
            if (engine == "trinity")
                Assert.Equal(expected.Text, answer.Text);
            else
                Assert.StartsWith(expected.Certain, answer.Text);
        }
    }

    [Theory]
    [InlineData("trinity")]
    [InlineData("llama")]
    public async Task Complete_ManyWithOnePrefixAtOnce_EvaluateItOnce(string engine)
    {
        await using var server = await ServeAsync(engine, "--parallel", "8");
        var alone = (await server.CompleteAsync(Prefix, 0)).PromptTokens;
        var before = await server.EvaluatedAsync();

        var answers = await Task.WhenAll(Ends.Select(end => server.CompleteAsync("So. " + Prefix + end, 0)));

        var evaluated = await server.EvaluatedAsync() - before;
        Assert.True(evaluated < alone * 2, $"{evaluated} tokens were evaluated, for a prefix of {alone}.");
        Assert.Equal(answers.Sum(answer => answer.PromptTokens), evaluated + answers.Sum(answer => answer.CachedTokens));
    }

    [Theory]
    [InlineData("trinity")]
    [InlineData("llama")]
    public async Task Complete_SeveralChoices_EvaluateThePromptOnce(string engine)
    {
        await using var server = await ServeAsync(engine);

        var answer = await server.PostAsync(new JsonObject { ["prompt"] = Prefix, ["n"] = 4, ["max_tokens"] = 2, ["seed"] = 1 });

        var usage = answer["usage"]!;
        Assert.InRange(await server.EvaluatedAsync(), (int)usage["prompt_tokens"]!, (int)usage["prompt_tokens"]! + 3);
    }

    [Fact]
    public async Task Serve_CacheDirectoryThatCannotBe_IsRefused()
    {
        var file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "", Cancellation);
        var (exitCode, _, error) = await VibeeProcess.RunAsync(
            ["serve", "-m", Checkout.Model("stories260K.gguf"), "--port", "0", "--host", "127.0.0.1", "--kv-cache-dir", file]);
        Assert.Equal(1, exitCode);
        Assert.Contains($"--kv-cache-dir {file}", error);
    }

    [Theory]
    [InlineData("-m x.gguf --kv-cache-disk 1G", 2, "--kv-cache-dir")]
    [InlineData("--kv-cache 1G", 2, "-m FILE")]
    [InlineData("-m models/stories260K.gguf --kv-cache 1K", 1, "--ctx")]
    public async Task Serve_CacheSettingsThatDoNotFit_AreRefused(string options, int expected, string named)
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "--port", "0", "--host", "127.0.0.1", .. options.Split(' ')]);
        Assert.Equal(expected, exitCode);
        Assert.Contains(named, error);
    }

    [Fact]
    public async Task Serve_CacheSizeForAModelWithoutKeysAndValues_IsRefused()
    {
        var bytes = await File.ReadAllBytesAsync(Checkout.Shared("models", "arch", "mamba-dense-Q8_0.gguf"), TestContext.Current.CancellationToken);
        // The generated file names heads that no Mamba has.
        foreach (var key in new[] { "head_count_kv", "head_count" })
            bytes[bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes($"mamba.attention.{key}")) + "mamba.attention.".Length] = (byte)'x';
        var model = Path.Combine(_directory, "mamba.gguf");
        await File.WriteAllBytesAsync(model, bytes, TestContext.Current.CancellationToken);
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "--port", "0", "--host", "127.0.0.1", "-m", model, "--kv-cache", "64M"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("--kv-cache", Assert.Single(error.Trim().Split('\n')));
        Assert.Contains("keeps no keys and values", error);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task<Server> ServeAsync(string engine, params string[] options)
    {
        var (process, client) = await VibeeProcess.ServeAsync(["-m", Checkout.Model("stories260K.gguf"), "--engine", engine, "--threads", "2", .. options]);
        return new Server(process, client);
    }

    private sealed record Answer(string Prompt, string Text, string Certain, int PromptTokens, int CachedTokens);

    private sealed class Server(VibeeProcess process, HttpClient client) : IAsyncDisposable
    {
        public async Task<Answer> CompleteAsync(string prompt, float temperature)
        {
            var answer = await PostAsync(new JsonObject
            {
                ["prompt"] = prompt,
                ["max_tokens"] = 60,
                ["temperature"] = temperature,
                ["seed"] = 42,
                ["logprobs"] = 2,
            });
            var choice = answer["choices"]![0]!;
            return new Answer(prompt, (string)choice["text"]!, CertainText.Of(choice["logprobs"]!),
                (int)answer["usage"]!["prompt_tokens"]!, (int)answer["usage"]!["prompt_tokens_details"]!["cached_tokens"]!);
        }

        public async Task<JsonNode> PostAsync(JsonObject request)
        {
            using var response = await client.PostAsync("/v1/completions", new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json"), Cancellation);
            var body = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.True(response.IsSuccessStatusCode, body);
            return JsonNode.Parse(body)!;
        }

        public Task<int> EvaluatedAsync() => ReadAsync("igla_prompt_tokens_evaluated_total");

        public Task<int> ReadAsync(string metric) => Metrics.ReadAsync(client, metric);

        /// <summary>Ends as a user ends it, so that it saves what it has.</summary>
        public async ValueTask DisposeAsync()
        {
            process.Terminate();
            Assert.Equal(0, await process.WaitForExitAsync());
            await process.DisposeAsync();
            client.Dispose();
        }
    }
}
