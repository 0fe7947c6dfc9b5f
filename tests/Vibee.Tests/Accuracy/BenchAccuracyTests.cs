using System.Globalization;
using Vibee.LlamaCpp;

namespace Vibee.Tests.Accuracy;

/// <summary><c>vibee bench accuracy</c>.</summary>
public sealed class BenchAccuracyTests
{
    [Fact]
    public async Task Row_OfAModelOfFloats_ShowsNoDistance()
    {
        if (!LlamaLoader.IsPresent(null))
            Assert.Skip("llama.cpp was not fetched by the build.");
        var (exitCode, output, error) = await VibeeProcess.RunAsync(
            ["bench", "accuracy", "-m", Checkout.Model("stories260K.gguf"), "--threads", "1", "--prompts", "2", "--length", "24"]);
        Assert.True(exitCode == 0, error);
        var row = output.Trim().Split('\n')[^1].Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("stories260K", row[0]);
        Assert.Equal("0.00000", row[2]);
        Assert.InRange(double.Parse(row[1], CultureInfo.InvariantCulture), 0, 1e-3);
        Assert.Equal(row[1], row[3]);
    }

    [Fact]
    public async Task NoModel_SaysHow()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["bench", "accuracy"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("-m FILE", error);
    }

    [Fact]
    public async Task NoSuchFile_OneLineAndExitCode1()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["bench", "accuracy", "-m", "/no/such/model.gguf"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("/no/such/model.gguf", Assert.Single(error.Trim().Split('\n')));
    }
}
