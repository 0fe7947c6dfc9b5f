using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Vibee.Tests;

/// <summary>What the README tells people to type works as it is printed.</summary>
public partial class ReadmeTests
{
    private const string Address = "http://localhost:8000";

    // A refusal must end the shell, which it does not by itself.
    private const string Strict = """
        set -e
        curl() { command curl --silent --show-error --fail-with-body "$@"; }

        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CurlSnippets_AsPrinted_AreAnsweredAsPrinted()
    {
        if (!await RunsAsync("curl --version"))
            Assert.Skip("there is no bash with curl");
        var snippets = Snippet().Matches(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "README.md"), Cancellation))
            .Select(match => (Command: match.Groups[1].Value, Output: match.Groups[2].Value))
            .Where(snippet => snippet.Command.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        Assert.True(snippets.Count >= 4, "The README has another form than this test knows.");

        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("igla-tiny.gguf"));
        await using (process)
        using (client)
        {
            foreach (var (command, expected) in snippets)
            {
                Assert.Contains(Address, command);
                var address = client.BaseAddress!.AbsoluteUri.TrimEnd('/');
                var (exitCode, output, error) = await BashAsync(Strict + command.Replace(Address, address));
                Assert.True(exitCode == 0, $"{command} ended with exit code {exitCode}: {output}{error}");
                Assert.NotEmpty(output);
                if (expected.Length > 0)
                    Assert.Equal(expected.Trim(), output.Trim());
            }
        }
    }

    [Theory]
    [InlineData("./vibee template render ", "<user> Hello!")]
    [InlineData("./vibee grammar check ", "instance 1: accepted")]
    public async Task Commands_AsPrinted_Work(string command, string expected)
    {
        if (!await RunsAsync("true"))
            Assert.Skip("there is no bash");
        var snippet = Snippet().Matches(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "README.md"), Cancellation))
            .Select(match => match.Groups[1].Value).Single(text => text.StartsWith(command, StringComparison.Ordinal));
        var (exitCode, output, error) = await BashAsync($"cd '{Checkout.Root}' && '{VibeeProcess.Executable}'{snippet["./vibee".Length..]}");
        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains(expected, output);
    }

    [Theory]
    [InlineData("javascript", "new WebSocket", "node socket.mjs", "socket.mjs")]
    [InlineData("csharp", "new ClientWebSocket", "dotnet run socket.cs", "socket.cs")]
    public async Task WebSocketSnippets_AsPrinted_SayWhatTheModelSays(string language, string mark, string command, string file)
    {
        if (!await RunsAsync(command.Split(' ')[0] + " --version"))
            Assert.Skip($"there is no bash with {command}");
        // Node has WebSockets from version 22 on, and before that if it is asked to.
        if (language == "javascript" && !await RunsAsync("node -e 'process.exit(globalThis.WebSocket ? 0 : 1)'") && await RunsAsync("node --experimental-websocket --version"))
            command = "node --experimental-websocket socket.mjs";
        var snippet = Regex.Matches(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "README.md"), Cancellation),
            $"^```{language}\\r?\\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline).Select(match => match.Groups[1].Value).Single(text => text.Contains(mark));

        var folder = Directory.CreateTempSubdirectory("vibee-readme-");
        var (process, client) = await VibeeProcess.ServeAsync("-m", Checkout.Model("igla-tiny.gguf"));
        await using (process)
        using (client)
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), snippet.Replace("localhost:8000", client.BaseAddress!.Authority), Cancellation);
            var (exitCode, output, error) = await BashAsync($"cd '{folder.FullName}' && {command}");
            Assert.True(exitCode == 0, output + error);
            Assert.StartsWith("7+5=12.stop:10tokens", string.Concat(output.Where(letter => !char.IsWhiteSpace(letter))));
        }

        folder.Delete(recursive: true);
    }

    private static async Task<bool> RunsAsync(string command)
    {
        try
        {
            return (await BashAsync(command)).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> BashAsync(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = bash.StandardOutput.ReadToEndAsync(Cancellation);
        var error = bash.StandardError.ReadToEndAsync(Cancellation);
        await bash.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromMinutes(3), Cancellation);
        return (bash.ExitCode, await output, await error);
    }

    /// <summary>A command, and what it prints where the README says so.</summary>
    [GeneratedRegex(@"^```bash\r?\n(.*?)^```\r?\n(?:```json\r?\n(.*?)^```)?", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
