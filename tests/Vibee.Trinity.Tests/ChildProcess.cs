using System.Diagnostics;

namespace Vibee.Trinity.Tests;

/// <summary>Runs tests, or anything, in a process that does not outlive the test that started it.</summary>
internal static class ChildProcess
{
    /// <summary>Tests of the running executable again, in another environment.</summary>
    public static Task<(int ExitCode, string Output)> RunTestsAsync(IEnumerable<string> arguments, string variable, string value)
    {
        var executable = Path.Combine(AppContext.BaseDirectory, $"{typeof(ChildProcess).Assembly.GetName().Name}.dll");
        var start = new ProcessStartInfo("dotnet", [executable, .. arguments]);
        start.Environment[variable] = value;
        return RunAsync(start, TestContext.Current.CancellationToken);
    }

    /// <summary>Until it ends by itself, or is killed with all that it started.</summary>
    /// <exception cref="OperationCanceledException">It was killed, and is gone.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        start.RedirectStandardOutput = true;
        using var child = Process.Start(start)!;
        // All that it started hold the other end: there is no end of the output before all are gone.
        var output = child.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await using (cancellation.Register(() => child.Kill(entireProcessTree: true)))
            await child.WaitForExitAsync(CancellationToken.None);
        var text = await output;
        cancellation.ThrowIfCancellationRequested();
        return (child.ExitCode, text);
    }
}
