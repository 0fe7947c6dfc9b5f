using System.Diagnostics;

namespace Vibee.Trinity.Tests;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task Run_Cancelled_EndsTheChildAndItsChildren()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The child is a shell.");
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var begun = Path.Combine(Path.GetTempPath(), $"vibee-{Guid.NewGuid():n}");
        // Without the kill, this would take five minutes: the shell's child holds its output open.
        var run = ChildProcess.RunAsync(new ProcessStartInfo("sh", ["-c", $"sleep 300 & touch {begun}; wait"]), cancellation.Token);
        while (!File.Exists(begun))
            await Task.Yield();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        File.Delete(begun);
    }

    [Fact]
    public async Task Run_ToTheEnd_GivesCodeAndOutput()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The child is a shell.");
        Assert.Equal((3, "out\n"), await ChildProcess.RunAsync(new ProcessStartInfo("sh", ["-c", "echo out; exit 3"]), TestContext.Current.CancellationToken));
    }
}
