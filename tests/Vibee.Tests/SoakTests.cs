using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Vibee.Tests;

/// <summary>Ten minutes of everything that clients do, good and bad, against a small KV cache. Not part of the one test
/// command; docs/performance.md has the command and what it showed.</summary>
public sealed class SoakTests
{
    // What the program itself takes beside weights and KV cache, which are declared.
    private const int ProgramMegabytes = 160;

    private static readonly TimeSpan Duration =
        TimeSpan.FromMinutes(double.Parse(Environment.GetEnvironmentVariable("VIBEE_SOAK_MINUTES") ?? "10"));

    private static readonly string[] Starts =
        ["Once upon a time", "The little dog was", "Lily and Tom went to the", "One day, a big bird", "Tom had a red ball", "The sun was", "Mom said", "A cat"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData("llama")]
    [InlineData("trinity")]
    public async Task Serve_EverythingClientsDo_StaysAsItWas(string engine)
    {
        const int CacheMegabytes = 2;
        var model = Checkout.Model("stories260K.gguf");
        var (process, client) = await VibeeProcess.ServeAsync("-m", model, "--engine", engine, "--threads", "2", "--parallel", "8",
            "--kv-cache", $"{CacheMegabytes}M", "--max-queue", "16");
        await using var _ = process;
        var expected = new List<string>();
        foreach (var start in Starts)
            expected.Add(await CertainAsync(client, start));

        var clock = Stopwatch.StartNew();
        var counts = new int[600];
        var early = 0L;
        await Task.WhenAll(Enumerable.Range(0, 24).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            while (clock.Elapsed < Duration)
            {
                Interlocked.Increment(ref counts[(int)await ActAsync(client, random, expected)]);
                if (worker == 0 && early == 0 && clock.Elapsed > Duration / 4)
                    early = Resident(process.Id);
            }
        })));

        var metrics = string.Join('\n', (await Metrics.WhenIdleAsync(client)).Split('\n').Where(line => Regex.IsMatch(line, "^igla_(prompt|cached|prefix|kv|requests|tokens|preemptions)")));
        for (var i = 0; i < Starts.Length; i++)
            Assert.StartsWith(expected[i], await TextAsync(client, Starts[i]));
        var (late, most) = (Resident(process.Id), Resident(process.Id, "VmHWM"));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{string.Join(", ", counts.Select((count, status) => (status, count)).Where(pair => pair.count > 0))}; resident {early >> 10} MB, then {late >> 10} MB, at most {most >> 10} MB\n{metrics}");
        Assert.True(late < early * 1.1, $"{early >> 10} MB became {late >> 10} MB.");
        var declared = ProgramMegabytes + CacheMegabytes + (new FileInfo(model).Length >> 20) + 1;
        Assert.True(most >> 10 < declared * 1.05, $"{most >> 10} MB are more than the {declared} MB declared.");
    }

    private static async Task<HttpStatusCode> ActAsync(HttpClient client, Random random, List<string> expected)
    {
        var start = random.Next(Starts.Length);
        var prompt = Starts[start];
        switch (random.Next(9))
        {
            case 0:
                return await SendAsync(client, new JsonObject { ["prompt"] = prompt, ["temperature"] = 1, ["n"] = 3, ["max_tokens"] = 30 });
            case 1: // a conversation that grows
                return await SendAsync(client, new JsonObject { ["prompt"] = prompt + expected[start] + string.Concat(Enumerable.Repeat(" The end.", random.Next(30))), ["max_tokens"] = 20 });
            case 2: // leaves in mid-stream
                return await LeaveAsync(client, prompt, random.Next(1, 2000));
            case 3: // leaves before anything came
                return await LeaveAsync(client, prompt, 0);
            case 4:
                return await SendAsync(client, new JsonObject { ["prompt"] = string.Concat(Enumerable.Repeat(prompt, 400)) }, HttpStatusCode.BadRequest);
            case 5:
                return await SendAsync(client, new JsonObject { ["prompt"] = prompt, ["temperature"] = "hot" }, HttpStatusCode.BadRequest);
            case 6:
                return await SendAsync(client, new JsonObject { ["prompt"] = prompt, ["model"] = "none" }, HttpStatusCode.NotFound);
            case 7:
                return await SendAsync(client, new JsonObject { ["prompt"] = $"{random.Next()} {prompt}", ["max_tokens"] = random.Next(1, 200) });
            default:
                if (await TryTextAsync(client, prompt) is { } text)
                    Assert.StartsWith(expected[start], text);
                return HttpStatusCode.OK;
        }
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, JsonObject request, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await client.PostAsync("/v1/completions", Content(request), Cancellation);
        Assert.True(response.StatusCode == expected || response.StatusCode == HttpStatusCode.TooManyRequests,
            $"{response.StatusCode}: {await response.Content.ReadAsStringAsync(Cancellation)}");
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> LeaveAsync(HttpClient client, string prompt, int bytes)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var message = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = Content(new JsonObject { ["prompt"] = prompt, ["stream"] = true, ["ignore_eos"] = true, ["max_tokens"] = 300 }),
        };
        if (bytes == 0)
            leaving.CancelAfter(1);
        try
        {
            using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(leaving.Token);
            await stream.ReadAtLeastAsync(new byte[bytes + 1], bytes + 1, throwOnEndOfStream: false, leaving.Token);
            return response.StatusCode;
        }
        catch (OperationCanceledException) when (bytes == 0)
        {
            return HttpStatusCode.Continue;
        }
    }

    private static async Task<string?> TryTextAsync(HttpClient client, string prompt)
    {
        using var response = await client.PostAsync("/v1/completions", Content(new JsonObject { ["prompt"] = prompt, ["temperature"] = 0, ["max_tokens"] = 60 }), Cancellation);
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
            return null;
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
        return (string)answer["choices"]![0]!["text"]!;
    }

    private static async Task<string> TextAsync(HttpClient client, string prompt) => await TryTextAsync(client, prompt) ?? throw new InvalidOperationException("The queue is full.");

    /// <summary>The greedy continuation up to the first step where llama.cpp might choose otherwise in another batch.</summary>
    private static async Task<string> CertainAsync(HttpClient client, string prompt)
    {
        using var response = await client.PostAsync("/v1/completions",
            Content(new JsonObject { ["prompt"] = prompt, ["temperature"] = 0, ["max_tokens"] = 60, ["logprobs"] = 2 }), Cancellation);
        var logprobs = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["choices"]![0]!["logprobs"]!;
        return CertainText.Of(logprobs);
    }

    // In kilobytes, as Linux says.
    private static long Resident(int process, string line = "VmRSS") =>
        long.Parse(Regex.Match(File.ReadAllText($"/proc/{process}/status"), line + @":\s+(\d+) kB").Groups[1].Value);

    private static StringContent Content(JsonObject request) => new(request.ToJsonString(), Encoding.UTF8, "application/json");
}
