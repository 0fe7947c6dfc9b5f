namespace Vibee.Trinity.Tests;

/// <summary>Runs tests of this executable again in processes that pretend to have less of a processor.</summary>
public sealed class InstructionSetTests
{
    [Theory]
    [InlineData("EnableAVX512")]
    [InlineData("EnableAVX2")]
    [InlineData("EnableHWIntrinsic")]
    public async Task Tests_WithoutInstructionSet_StillPass(string feature)
    {
        string[] arguments =
        [
            "-class", typeof(RunnerTests).FullName!,
            "-class", typeof(Kernels.WeightFormatTests).FullName!,
            "-class", typeof(Kernels.PanelTests).FullName!,
            "-class", typeof(Kernels.FloatProductTests).FullName!,
            "-class", typeof(Kernels.HeadProductTests).FullName!,
            "-class", typeof(Kernels.VectorsTests).FullName!,
            "-class", typeof(Models.ReferenceTests).FullName!,
            "-class", typeof(Models.I2sTests).FullName!,
        ];
        var (exitCode, output) = await ChildProcess.RunTestsAsync(arguments, $"DOTNET_{feature}", "0");
        Assert.True(exitCode == 0, output);
    }
}
