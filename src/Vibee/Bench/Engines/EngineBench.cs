using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Trinity;

namespace Vibee.Bench.Engines;

/// <summary>Loads a model as the server would and measures it: first the memory, then a prompt, then every batch.</summary>
internal static class EngineBench
{
    private const int DefaultPrompt = 512;

    /// <exception cref="GgufException">The file is no GGUF model.</exception>
    /// <exception cref="RunnerException">The engine is missing, or cannot run this model.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before there was anything to report.</exception>
    public static async Task<EngineReport> RunAsync(EngineSettings settings, ILogger logger, CancellationToken cancellation)
    {
        using var file = GgufFile.Open(settings.Model);
        var model = ModelCheck.FindProblem(file) is { } problem ? throw new RunnerException(problem) : GgufModelInfo.Read(file);
        var weights = WeightTraffic.Of(file, model.Architecture);
        if (model.Pooling is not null)
            throw new RunnerException($"{settings.Model} is an embedding model; bench engine measures models that generate text");

        var prompt = settings.Prompt ?? Math.Min(DefaultPrompt, model.TrainedContextLength);
        var name = Path.GetFileName(settings.Model);
        var bandwidth = await ProgressBar.RunAsync("Reading memory", bar => Task.Run(() => MemoryBandwidth.Measure(settings.Threads, bar, cancellation), cancellation));
        using var runner = await ProgressBar.RunAsync($"Loading {name}", bar => Task.Run(() => RunnerLoader.Load(
            settings.ToServe(prompt), file, settings.ContextLength(prompt), settings.KvCells(prompt), new Observer(bar), logger, cancellation), cancellation));

        var test = new EngineTest(runner, settings, prompt, cancellation);
        var measured = await ProgressBar.RunAsync($"Measuring {name}", bar => Task.Run(() => test.Run(bar), CancellationToken.None));
        return new EngineReport
        {
            Model = name,
            Architecture = model.Architecture,
            ModelBytes = model.SizeInBytes,
            Parameters = model.ParameterCount,
            Engine = runner is TrinityRunner ? "trinity" : "llama",
            Threads = settings.Threads,
            Prompt = prompt,
            Generate = settings.Generate,
            Depth = settings.Depth,
            BatchSize = runner.Capacity.BatchTokens,
            Repeats = settings.Repeats,
            MemoryBandwidth = bandwidth,
            Interrupted = cancellation.IsCancellationRequested,
            Measurements = [.. measured.Select(timing => EngineMeasurement.From(timing, weights, bandwidth))],
        };
    }

    private sealed class Observer(Action<float> bar) : IProgress<float>
    {
        public void Report(float value) => bar(value);
    }
}
