using System.Text;
using System.Text.Json.Nodes;

namespace Vibee.Tests;

/// <summary>How often a greedy answer is another beside other requests than alone. Not part of the one test command;
/// docs/performance.md has the command and what it showed.</summary>
public sealed class BatchVarianceTests
{
    private const int Prompts = 200;

    private static readonly string[] Words = ["Lily", "Tom", "a dog", "the sun", "her mom", "a red ball", "the park", "a big bird", "one day", "it was"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData("trinity", "stories260K.gguf")]
    [InlineData("llama", "stories260K.gguf")]
    [InlineData("trinity", "igla-tiny.gguf")]
    [InlineData("llama", "igla-tiny.gguf")]
    public async Task Complete_BesideSevenOthers_SaysHowOftenItDiffers(string engine, string model)
    {
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model(model), "--engine", engine, "--threads", "2", "--parallel", "8");
        await using var _ = process;
        var random = new Random(1);
        var prompts = Enumerable.Range(0, Prompts).Select(i => string.Join(' ', Enumerable.Range(0, 4 + i % 12).Select(_ => Words[random.Next(Words.Length)]))).ToList();
        var alone = new List<string>();
        foreach (var prompt in prompts)
            alone.Add(await CompleteAsync(client, prompt));

        var different = 0;
        await Parallel.ForAsync(0, Prompts, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (i, _) =>
        {
            if (await CompleteAsync(client, prompts[i]) != alone[i])
                Interlocked.Increment(ref different);
        });

        TestContext.Current.TestOutputHelper!.WriteLine($"{different} of {Prompts} answers of 100 tokens were different.");
        if (engine == "trinity")
            Assert.Equal(0, different);
    }

    private static async Task<string> CompleteAsync(HttpClient client, string prompt)
    {
        var request = new JsonObject { ["prompt"] = prompt, ["temperature"] = 0, ["max_tokens"] = 100, ["ignore_eos"] = true };
        using var response = await client.PostAsync("/v1/completions", new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json"), Cancellation);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["choices"]![0]!["text"]!;
    }
}
