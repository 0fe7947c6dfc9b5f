using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.LlamaCpp;
using Vibee.Trinity;

namespace Vibee.Bench.Accuracy;

/// <summary>How far Trinity's logits are from llama.cpp's on the same file, and both from those of the unquantized model.</summary>
/// <param name="Between">Trinity from llama.cpp.</param>
/// <param name="Llama">llama.cpp from llama.cpp with the unquantized model.</param>
/// <param name="Trinity">Trinity from the same.</param>
internal sealed record AccuracyBench(double Between, double Llama, double Trinity)
{
    /// <exception cref="RunnerException">An engine is missing, or cannot run the model.</exception>
    public static AccuracyBench Run(AccuracySettings settings, ILogger logger)
    {
        List<int[]> prompts;
        Logits exact;
        using (var runner = LoadLlama(settings.Unquantized, settings.Length, settings.Threads, logger))
        {
            prompts = Prompts.Generate(runner, settings.Prompts, settings.Length);
            exact = Logits.Of(runner, prompts);
        }

        var llama = exact;
        if (settings.Model != settings.Unquantized)
        {
            using var runner = LoadLlama(settings.Model, settings.Length, settings.Threads, logger);
            llama = Logits.Of(runner, prompts);
        }

        using var own = LoadTrinity(settings.Model, settings.Length, settings.Threads);
        var trinity = Logits.Of(own, prompts);
        return new AccuracyBench(trinity.DistanceTo(llama), llama.DistanceTo(exact), trinity.DistanceTo(exact));
    }

    /// <summary>Without fused attention, which adds up in 16 bits.</summary>
    public static LlamaRunner LoadLlama(string path, int contextLength, int threads, ILogger logger) => LlamaLoader.Load(new LlamaOptions
    {
        ModelPath = path,
        ContextLength = contextLength,
        BatchTokens = 64,
        BatchLogits = 64,
        Threads = threads,
        GpuLayers = 0,
        FlashAttention = false,
    }, logger);

    public static TrinityRunner LoadTrinity(string path, int contextLength, int threads) => TrinityRunner.Load(new TrinityOptions
    {
        Path = path,
        ContextLength = contextLength,
        BatchTokens = 64,
        Threads = threads,
    });
}
