using System.Text.Json;
using Vibee.Bench.Engines;
using Vibee.Engine;
using Vibee.Engine.Runners;

namespace Vibee.Tests;

/// <summary><c>vibee bench engine</c> and <c>vibee bench synth</c>.</summary>
public sealed class BenchEngineTests
{
    private static bool HasLlama => Directory.Exists(Path.Combine(AppContext.BaseDirectory, "llama"));

    [Theory]
    [InlineData("tiny", "Q4_K_M", "trinity")]
    [InlineData("tiny-phi", "Q4_K_M", "trinity")]
    [InlineData("tiny-phi", "Q8_0", "trinity")]
    [InlineData("tiny-phi", "Q4_K_M", "llama")]
    [InlineData("tiny-phi", "F16", "llama")]
    public async Task Json_OfASyntheticModel_HasEveryMeasurement(string shape, string type, string engine)
    {
        if (engine == "llama" && !HasLlama)
            Assert.Skip("llama.cpp was not fetched by the build");
        var folder = Directory.CreateTempSubdirectory("vibee-");
        try
        {
            var path = Path.Combine(folder.FullName, "model.gguf");
            var (synthCode, _, synthError) = await VibeeProcess.RunAsync(["bench", "synth", path, "--shape", shape, "--type", type]);
            Assert.True(synthCode == 0, synthError);

            var (exitCode, output, error) = await VibeeProcess.RunAsync(
                ["bench", "engine", "-m", path, "--engine", engine, "--threads", "1", "--prompt", "40", "--generate", "3", "--batches", "1,3", "--repeats", "2", "--json"]);
            Assert.True(exitCode == 0, error);
            var report = JsonDocument.Parse(output).RootElement;
            Assert.Equal(engine, report.GetProperty("engine").GetString());
            Assert.Equal(shape == "tiny" ? "llama" : "phi2", report.GetProperty("architecture").GetString());
            Assert.True(report.GetProperty("memory_bandwidth").GetDouble() > 0);
            var lines = report.GetProperty("measurements").EnumerateArray().ToList();
            Assert.Equal(["prefill 1 40", "decode 1 3", "decode 3 9"], lines.Select(line =>
                $"{line.GetProperty("work").GetString()} {line.GetProperty("sequences").GetInt32()} {line.GetProperty("tokens").GetInt32()}"));
            Assert.All(lines, line =>
            {
                Assert.Equal(2, line.GetProperty("rates").GetArrayLength());
                Assert.InRange(line.GetProperty("median").GetDouble(), line.GetProperty("least").GetDouble(), line.GetProperty("most").GetDouble());
                Assert.True(line.GetProperty("weight_rate").GetDouble() > 0);
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("trinity", "16", "16", "8", "0")] // shorter than a block of the cache
    [InlineData("trinity", "16", "16", "3", "70")]
    [InlineData("llama", "16", "16", "8", "70")]
    public async Task Json_OfManyOrDeepSequences_HasRoomForAll(string engine, string prompt, string generate, string batch, string depth)
    {
        if (engine == "llama" && !HasLlama)
            Assert.Skip("llama.cpp was not fetched by the build");
        var (exitCode, output, error) = await VibeeProcess.RunAsync(
            ["bench", "engine", "-m", Checkout.Model("stories260K.gguf"), "--engine", engine, "--threads", "1", "--prompt", prompt, "--generate", generate, "--batches", batch, "--depth", depth, "--repeats", "1", "--json"]);
        Assert.True(exitCode == 0, error);
        Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("measurements").GetArrayLength());
    }

    [Fact]
    public async Task Table_OfAModelInTheBox_IsPrinted()
    {
        var (exitCode, output, error) = await VibeeProcess.RunAsync(
            ["bench", "engine", "-m", Checkout.Model("stories260K.gguf"), "--engine", "trinity", "--threads", "1", "--generate", "4", "--batches", "2", "--repeats", "1"]);
        Assert.True(exitCode == 0, error);
        Assert.Contains("Trinity, 1 thread, which reads ", output);
        Assert.Contains("prefill", output);
        Assert.Contains("decode", output);
        Assert.Contains("of memory", output);
    }

    [Fact]
    public async Task BadOptions_AreRefused()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["bench", "engine", "-m", "x.gguf", "--batches", "1,,4", "--repeats", "0"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("--batches 1,,4: must be whole numbers from 1 to 256 with commas between", error);
        Assert.Contains("--repeats 0", error);
    }

    [Fact]
    public async Task NoModel_SaysHow()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["bench", "engine"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("-m FILE", error);
    }

    [Fact]
    public async Task NoSuchFile_OneLineAndExitCode1()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["bench", "engine", "-m", "/no/such/model.gguf"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("/no/such/model.gguf", Assert.Single(error.Trim().Split('\n')));
    }

    [Fact]
    public void Run_Cancelled_KeepsTheRepeatsThatWereWhole()
    {
        using var runner = MockRunner.Create(new RunnerCapacity(4, 16, 64, 256));
        using var cancellation = new CancellationTokenSource();
        // Of a repeat's 3 + 5 steps the prompt's are done, and one of the decoding.
        var test = new EngineTest(runner, Settings(prompt: 40, generate: 5, batches: [4], repeats: 3), 40, cancellation.Token);
        var timings = test.Run(done =>
        {
            if (done > 11.5 / 24)
                cancellation.Cancel();
        });

        Assert.Equal([2, 1], timings.Select(timing => timing.Seconds.Count));
    }

    [Fact]
    public void Run_Whole_LeavesTheCacheEmpty()
    {
        using var runner = MockRunner.Create(new RunnerCapacity(4, 16, 64, 256));
        var timings = new EngineTest(runner, Settings(prompt: 40, generate: 5, batches: [1, 4], repeats: 3), 40, CancellationToken.None).Run(_ => { });
        Assert.All(timings, timing => Assert.Equal(3, timing.Seconds.Count));
        Assert.Equal([40, 5, 20], timings.Select(timing => timing.Tokens));
        Assert.Equal(0, runner.UsedCells);
    }

    [Fact]
    public void BytesPerStep_MixtureOfExperts_GrowsWithTheTokensUpToAllExperts()
    {
        var weights = new WeightTraffic(100, 800, 0.25);
        Assert.Equal(300, weights.BytesPerStep(1));
        Assert.Equal(450, weights.BytesPerStep(2));
        Assert.Equal(900, weights.BytesPerStep(500), 1e-6);
    }

    private static EngineSettings Settings(int prompt, int generate, int[] batches, int repeats) => new()
    {
        Model = "model.gguf",
        Engine = EngineChoice.Auto,
        Threads = 1,
        Prompt = prompt,
        Generate = generate,
        Depth = 0,
        Batches = batches,
        BatchSize = 16,
        Repeats = repeats,
        LlamaLibrary = null,
        GpuLayers = null,
    };
}
