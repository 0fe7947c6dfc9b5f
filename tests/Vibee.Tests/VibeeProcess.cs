using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Vibee.Tests;

/// <summary>The built executable, as a user runs it.</summary>
internal sealed partial class VibeeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource<Uri> _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private VibeeProcess(string[] arguments, IReadOnlyDictionary<string, string>? environment, string? executable = null)
    {
        var start = new ProcessStartInfo(executable ?? Executable, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Checkout.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static string Executable { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "vibee.exe" : "vibee");

    public string Output => Read(_output);

    public string Error => Read(_error);

    public int Id => _process.Id;

    public static VibeeProcess Start(params string[] arguments) => new(arguments, null);

    /// <summary>With variables of its own.</summary>
    public static VibeeProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) => new(arguments, environment);

    /// <summary>As <see cref="Start(string[])"/>, with a copy of the executable.</summary>
    public static VibeeProcess StartCopy(string executable, params string[] arguments) => new(arguments, null, executable);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var process = new VibeeProcess(arguments, environment);
        var exitCode = await process.WaitForExitAsync();
        return (exitCode, process.Output, process.Error);
    }

    /// <summary>Starts a server on a free loopback port and waits until it serves.</summary>
    public static async Task<(VibeeProcess Process, HttpClient Client)> ServeAsync(params string[] arguments)
    {
        var process = Start(["serve", "--host", "127.0.0.1", "--port", "0", .. arguments]);
        var address = await process.WaitUntilServingAsync();
        return (process, new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) });
    }

    public async Task<Uri> WaitUntilServingAsync()
    {
        await Task.WhenAny(_serving.Task, _process.WaitForExitAsync()).WaitAsync(Patience);
        return _serving.Task.IsCompleted
            ? await _serving.Task
            : throw new InvalidOperationException($"The server ended with exit code {await WaitForExitAsync()}: {Error}");
    }

    /// <summary>Whether it came to serve; false when it ended before.</summary>
    public async Task<bool> ComesToServeAsync()
    {
        await Task.WhenAny(_serving.Task, _process.WaitForExitAsync()).WaitAsync(Patience);
        return _serving.Task.IsCompleted;
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", Id.ToString()]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.AppendLine(line);
        if (Serving().Match(line) is { Success: true } match)
            _serving.TrySetResult(new Uri(match.Groups[1].Value));
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    [GeneratedRegex(@"Serving .* on (https?://\S+?)/v1")]
    private static partial Regex Serving();
}
