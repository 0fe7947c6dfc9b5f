using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vibee.Clients.Tests;

/// <summary>The JavaScript SDKs: installs them once, as their lock file says, and runs a script on them.</summary>
public sealed class NodeClients : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private string? _absence;

    public async ValueTask InitializeAsync()
    {
        var node = await RunAsync("node", "--version");
        if (node.ExitCode != 0)
            _absence = "there is no node";
        else if (!IsInstalled())
            _absence = await InstallAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Runs a script, which prints what it saw as one line of JSON.</summary>
    /// <returns>That line, one field a line, so that a difference is easy to see.</returns>
    public async Task<string> RunScriptAsync(string script, params Uri[] apis)
    {
        if (_absence is not null)
            Assert.Skip(_absence);
        var (exitCode, output, error) = await RunAsync("node", [script, .. apis.Select(api => api.AbsoluteUri)]);
        Assert.True(exitCode == 0, $"{script} ended with exit code {exitCode}: {output}{error}");
        return Normalize(output);
    }

    /// <summary>Runs a script that answers lines with lines.</summary>
    public async Task<string> PipeAsync(string script, IEnumerable<string> lines)
    {
        if (_absence is not null)
            Assert.Skip(_absence);
        var (exitCode, output, error) = await RunAsync("node", [script], string.Join('\n', lines));
        Assert.True(exitCode == 0, $"{script} ended with exit code {exitCode}: {error}");
        return output;
    }

    public static string Normalize(string json) => JsonNode.Parse(json)!.ToJsonString(Indented);

    // npm writes this file last, so it tells whether an installation was finished.
    private static bool IsInstalled()
    {
        var installed = new FileInfo(Path.Combine(Checkout.NodeClients, "node_modules", ".package-lock.json"));
        return installed.Exists
            && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Checkout.NodeClients, "package-lock.json"));
    }

    /// <returns>Why it cannot be done, or null.</returns>
    private static async Task<string?> InstallAsync()
    {
        string[] arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        var (exitCode, output, error) = OperatingSystem.IsWindows()
            ? await RunAsync("cmd", ["/c", "npm", .. arguments]) // npm is a script there
            : await RunAsync("npm", arguments);
        return exitCode == 0 ? null : $"npm could not install the SDKs (exit code {exitCode}): {output}{error}";
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(string program, params string[] arguments) =>
        RunAsync(program, arguments, "");

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Checkout.NodeClients,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            return (127, "", exception.Message);
        }

        using (process)
        using (var patience = new CancellationTokenSource(Patience))
        {
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
                process.StandardInput.Close();
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }

            return (patience.IsCancellationRequested ? 124 : process.ExitCode, await output, await error);
        }
    }
}
