using System.Text;

namespace Vibee.Tests;

/// <summary>What <c>--engine auto</c> takes, and says.</summary>
public sealed class EngineChoiceTests
{
    private static bool HasLlama => Directory.Exists(Path.Combine(AppContext.BaseDirectory, "llama"));

    [Theory]
    [InlineData("igla-tiny.gguf", "Trinity: it is the faster one")]
    [InlineData("stories260K.gguf", "llama.cpp: it is the faster one")]
    public async Task Serve_Auto_TakesTheFasterAndSaysWhy(string model, string expected)
    {
        if (!HasLlama)
            Assert.Skip("llama.cpp was not fetched by the build");
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model(model));
        await using var _ = process;
        client.Dispose();
        Assert.Contains($"The engine is {expected}", process.Output + process.Error);
    }

    [Fact]
    public async Task Serve_AutoWithoutLlamaCpp_TakesTrinity()
    {
        var folder = Directory.CreateTempSubdirectory("vibee-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            var copy = Path.Combine(folder.FullName, Path.GetFileName(VibeeProcess.Executable));
            await using var process = VibeeProcess.StartCopy(copy, "serve", "--host", "127.0.0.1", "--port", "0", "-m", Checkout.Model("stories260K.gguf"));
            using var client = new HttpClient { BaseAddress = await process.WaitUntilServingAsync() };
            Assert.Contains("The engine is Trinity: llama.cpp's libraries are not here", process.Output + process.Error);
            var answer = await client.PostAsync("/v1/completions",
                new StringContent("""{"prompt":"Once upon a time","max_tokens":24,"temperature":0}""", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            Assert.Contains(", there was a little girl", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
