using System.Diagnostics;

namespace Vibee.Trinity.Tests;

/// <summary>Runs tests of this executable again in processes that pretend to have less of a processor.</summary>
public sealed class InstructionSetTests
{
    // Set in the children; without it a child would start children.
    private const string Mark = "VIBEE_TEST_CHILD";

    [Theory]
    [InlineData("EnableAVX512")]
    [InlineData("EnableAVX2")]
    [InlineData("EnableHWIntrinsic")]
    public async Task Tests_WithoutInstructionSet_StillPass(string feature)
    {
        if (Environment.GetEnvironmentVariable(Mark) is not null)
            Assert.Skip("This is such a child.");
        string[] arguments =
        [
            "-class", typeof(RunnerTests).FullName!,
            "-class", typeof(Kernels.WeightFormatTests).FullName!,
            "-class", typeof(Kernels.PanelTests).FullName!,
            "-class", typeof(Kernels.VectorsTests).FullName!,
            "-class", typeof(Models.ReferenceTests).FullName!,
            "-class", typeof(Models.I2sTests).FullName!,
        ];
        var executable = Path.Combine(AppContext.BaseDirectory, "Vibee.Trinity.Tests.dll");
        var start = new ProcessStartInfo("dotnet", [executable, .. arguments]) { RedirectStandardOutput = true };
        start.Environment[$"DOTNET_{feature}"] = "0";
        start.Environment[Mark] = "1";
        using var child = Process.Start(start)!;
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0, output);
    }
}
