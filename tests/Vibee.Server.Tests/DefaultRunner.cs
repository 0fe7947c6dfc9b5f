using Vibee.Engine;
using Vibee.Engine.Runners;
using Vibee.Trinity;

namespace Vibee.Server.Tests;

/// <summary>What tests run on that do not bring a runner: the mock, or Trinity with igla-tiny where the process is told
/// so. Tests that expect the mock's own words bear <see cref="MockOnly"/>.</summary>
internal static class DefaultRunner
{
    public const string Variable = "VIBEE_TEST_RUNNER";
    public const string Trait = "Runner";
    public const string MockOnly = "mock";

    public static bool IsTrinity => Environment.GetEnvironmentVariable(Variable) == "trinity";

    /// <summary>Two answers to one question are compared: the mock always says the same, a model only at temperature 0.</summary>
    public static ServerOptions Options => IsTrinity ? new() { Sampling = new SamplingOverrides { Temperature = 0 } } : new();

    public static IModelRunner Create(RunnerCapacity capacity) => IsTrinity ? Trinity(capacity) : MockRunner.Create(capacity);

    public static TrinityRunner Trinity(RunnerCapacity capacity) => TrinityRunner.Load(new TrinityOptions
    {
        Path = Path.Combine(Root, "models", "igla-tiny.gguf"),
        ContextLength = capacity.ContextLength,
        Slots = capacity.Slots,
        BatchTokens = capacity.BatchTokens,
        KvCells = capacity.KvCells,
        Threads = 1,
    });

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Vibee.slnx")))
                return folder;
        }

        throw new InvalidOperationException("The tests do not run inside the checkout.");
    }
}
