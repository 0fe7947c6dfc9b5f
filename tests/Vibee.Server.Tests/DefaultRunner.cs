using Microsoft.Extensions.Logging.Abstractions;
using Vibee.Engine;
using Vibee.Engine.Runners;
using Vibee.LlamaCpp;
using Vibee.Trinity;
using Vibee.Trinity.Tests;

namespace Vibee.Server.Tests;

/// <summary>What tests run on that do not bring a runner: the mock, or igla-tiny on Trinity or on llama.cpp where the process
/// is told so. Tests that expect the mock's own words bear <see cref="MockOnly"/>.</summary>
internal static class DefaultRunner
{
    public const string Variable = "VIBEE_TEST_RUNNER";
    public const string Trait = "Runner";
    public const string MockOnly = "mock";

    private static readonly string? Name = Environment.GetEnvironmentVariable(Variable);

    public static bool IsMock => Name is null;

    /// <summary>Two answers to one question are compared: the mock always says the same, a model only at temperature 0.</summary>
    public static ServerOptions Options => IsMock ? new() : new() { Sampling = new SamplingOverrides { Temperature = 0 } };

    public static IModelRunner Create(RunnerCapacity capacity) => Name switch
    {
        null => MockRunner.Create(capacity),
        "trinity" => Trinity(capacity),
        "llama" => Llama(capacity),
        var other => throw new InvalidOperationException($"{Variable} is {other}: trinity and llama are known."),
    };

    public static TrinityRunner Trinity(RunnerCapacity capacity) => TrinityRunner.Load(new TrinityOptions
    {
        Path = Files.Model("igla-tiny.gguf"),
        ContextLength = capacity.ContextLength,
        Slots = capacity.Slots,
        BatchTokens = capacity.BatchTokens,
        KvCells = capacity.KvCells,
        Threads = 1,
    });

    private static LlamaRunner Llama(RunnerCapacity capacity) => LlamaLoader.Load(new LlamaOptions
    {
        ModelPath = Files.Model("igla-tiny.gguf"),
        ContextLength = capacity.ContextLength,
        Slots = capacity.Slots,
        BatchTokens = capacity.BatchTokens,
        KvCells = capacity.KvCells,
        Threads = 1,
    }, NullLogger.Instance);
}
