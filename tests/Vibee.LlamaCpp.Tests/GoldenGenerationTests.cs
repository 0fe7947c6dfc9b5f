using System.Text.Json;

namespace Vibee.LlamaCpp.Tests;

/// <summary>Greedy tokens of llama-server for many architectures and weight types.</summary>
public sealed class GoldenGenerationTests
{
    /// <summary>Two tokens closer than this may change places from one build of the kernels to another.</summary>
    private const double Tie = 0.01;

    public static TheoryData<string> Models()
    {
        var data = new TheoryData<string>();
        var folder = Path.Combine(Repository.Root, "..", "shared", "models");
        if (!Directory.Exists(folder))
            return ["no shared folder"]; // one case, which skips and says so
        foreach (var file in Directory.EnumerateFiles(folder, "*.gguf", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(file => !Path.GetFileName(file).StartsWith("igla", StringComparison.Ordinal))) // its reference is of conversations
            data.Add(Path.GetRelativePath(folder, file));
        return data;
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Forward_Greedy_EqualsLlamaServer(string model)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Repository.Shared("golden", "generation.json")));
        var cases = golden.RootElement.GetProperty("results").EnumerateArray()
            .Where(result => result.GetProperty("model").GetString() == Path.GetFileName(model)).ToArray();
        if (cases.Length == 0)
            Assert.Skip("there is no reference for this model");

        using var runner = Generation.Load(new LlamaOptions
        {
            ModelPath = Repository.Shared("models", model),
            ContextLength = 256,
            Threads = 1,
            FlashAttention = false, // as the reference was made
        });
        foreach (var result in cases)
        {
            var prompt = Prompt(runner, result.GetProperty("prompt"));
            var expected = result.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()).ToArray();
            var margins = result.GetProperty("margin").EnumerateArray().Select(margin => margin.GetDouble()).ToArray();

            // The reference's own tokens are fed, so that a tie ends no comparison.
            var token = runner.Evaluate(prompt);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.True(token == expected[i] || margins[i] < Tie, $"Token {i}: {token} instead of {expected[i]}, margin {margins[i]}.");
                if (i < expected.Length - 1)
                    token = runner.Evaluate([expected[i]], prompt.Length + i);
            }

            runner.Truncate(0, 0);
        }
    }

    private static int[] Prompt(LlamaRunner runner, JsonElement prompt) => prompt.ValueKind == JsonValueKind.String
        ? runner.Tokenizer.Encode(prompt.GetString()!, addSpecial: true, parseSpecial: true)
        : prompt.EnumerateArray().Select(token => token.GetInt32()).ToArray();
}
