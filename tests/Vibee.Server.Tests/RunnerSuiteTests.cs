using Vibee.LlamaCpp;
using Vibee.Trinity.Tests;

namespace Vibee.Server.Tests;

/// <summary>This suite again over each engine, but for what expects the mock's words.</summary>
public class RunnerSuiteTests
{
    // What refuses requests before any engine sees them, or brings a runner of its own, shows nothing new the third time.
    private static readonly Type[] EngineBlind =
    [
        typeof(ContractTests), typeof(EmbeddingEngineTests), typeof(EmbeddingsTests), typeof(FieldTableTests), typeof(FuzzTests),
        typeof(OpenApiTests), typeof(RerankTests), typeof(SoakTests), typeof(TrinityTests),
    ];

    [Fact]
    public Task Suite_OverTrinity_Passes() => PassAsync("trinity", []);

    [Fact]
    public Task Suite_OverLlamaCpp_Passes()
    {
        if (!LlamaLoader.IsPresent(null))
            Assert.Skip("llama.cpp was not fetched by the build.");
        return PassAsync("llama", EngineBlind);
    }

    private static async Task PassAsync(string engine, IEnumerable<Type> without)
    {
        if (!DefaultRunner.IsMock)
            Assert.Skip("This is the child.");
        string[] arguments = ["-trait-", $"{DefaultRunner.Trait}={DefaultRunner.MockOnly}", .. without.SelectMany(type => new[] { "-class-", type.FullName! })];
        var (exitCode, output) = await ChildProcess.RunTestsAsync(arguments, DefaultRunner.Variable, engine);
        Assert.True(exitCode == 0, output);
    }
}
