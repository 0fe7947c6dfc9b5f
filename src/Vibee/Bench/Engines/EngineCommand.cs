using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Gguf;

namespace Vibee.Bench.Engines;

/// <summary><c>vibee bench engine</c>: how fast a model is evaluated here, without a server in between.</summary>
internal static class EngineCommand
{
    public static Command Create()
    {
        var model = Setting.Text("--model", "Path to a GGUF model", "-m");
        var engine = Setting.Choice("--engine", "auto", ["auto", "llama", "trinity"], "What evaluates it");
        var threads = Setting.OptionalNumber("--threads", 1, 1024, "CPU threads (default 4, or the number of cores if less)");
        var prompt = Setting.OptionalNumber("--prompt", 1, 1 << 20, "Tokens of the prompt (default 512, or what the model was trained on if less)");
        var generate = Setting.Number("--generate", 64, 1, 1 << 20, "Tokens that each sequence generates");
        var depth = Setting.Number("--depth", 0, 0, 1 << 20, "Tokens that are in the context before anything is measured");
        var batches = Setting.Numbers("--batches", [1, 4, 8, 16], 1, 256, "How many sequences generate at once, one measurement for each number");
        var batchSize = Setting.Number("--batch-size", 512, 16, 65536, "Most tokens evaluated in one step");
        var repeats = Setting.Number("--repeats", 3, 1, 1000, "How often everything is measured");
        var library = Setting.Text("--llama-lib", "Directory with your own build of llama.cpp, v0.5.0");
        var gpuLayers = Setting.OptionalNumber("--gpu-layers", 0, 100_000, "Layers of the model to put on the GPU (default: all of them, where llama.cpp finds a GPU)");
        var packCache = Setting.Text("--pack-cache-dir", "Directory that keeps the weights as Trinity multiplies them (default: none)");
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };

        var command = new Command("engine", "Measures how fast a model reads prompts and generates, without a server")
        {
            model, engine, threads, prompt, generate, depth, batches, batchSize, repeats, library, gpuLayers, packCache, json,
        };
        command.SetAction(parsed => parsed.GetValue(model) is not { } path
            ? Task.FromResult(Failure.Usage(["bench engine needs a model: -m FILE"]))
            : RunAsync(new EngineSettings
            {
                Model = path,
                Engine = Enum.Parse<EngineChoice>(parsed.GetValue(engine)!, ignoreCase: true),
                Threads = parsed.GetValue(threads) ?? Math.Min(4, Environment.ProcessorCount),
                Prompt = parsed.GetValue(prompt),
                Generate = parsed.GetValue(generate),
                Depth = parsed.GetValue(depth),
                Batches = parsed.GetValue(batches)!,
                BatchSize = parsed.GetValue(batchSize),
                Repeats = parsed.GetValue(repeats),
                LlamaLibrary = parsed.GetValue(library),
                GpuLayers = parsed.GetValue(gpuLayers),
                PackCacheDirectory = parsed.GetValue(packCache),
            }, parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(EngineSettings settings, bool asJson)
    {
        var problems = settings.ToServe(0).FindContradictions().ToList();
        if (problems.Count > 0)
            return Failure.Usage(problems);

        using var interruption = new Interruption();
        using var loggers = LoggerFactory.Create(logging => Logging.Configure(logging, LogLevel.Warning));
        try
        {
            var report = await EngineBench.RunAsync(settings, loggers.CreateLogger("Vibee"), interruption.Token);
            if (asJson)
                Console.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.EngineReport));
            else
                EngineTable.Print(report);
            return report.Interrupted ? Interruption.Explain("what was measured until then") : 0;
        }
        catch (OperationCanceledException)
        {
            return Interruption.Explain("nothing: the model was not loaded yet");
        }
        catch (Exception exception) when (exception is GgufException or RunnerException)
        {
            return Failure.Run(exception.Message);
        }
    }
}
