namespace Vibee.Tests;

public class CommandLineTests
{
    [Fact]
    public async Task Version_IsPrinted()
    {
        var (exitCode, output, _) = await VibeeProcess.RunAsync(["--version"]);
        Assert.Equal(0, exitCode);
        Assert.Equal("1.0.0", output.Trim());
    }

    [Fact]
    public async Task Help_NamesEveryOptionAndItsVariable()
    {
        var (exitCode, output, _) = await VibeeProcess.RunAsync(["serve", "--help"]);
        Assert.Equal(0, exitCode);
        foreach (var option in new[] { "model", "port", "host", "ctx", "threads", "parallel", "batch-size", "alias", "engine", "llama-lib", "gpu-layers", "memory", "kv-type", "speculate", "kv-cache", "kv-cache-dir", "kv-cache-disk", "pack-cache-dir", "no-pack-cache", "pooling", "matryoshka", "log-level", "log-format", "otlp", "ping-seconds", "pong-seconds", "drain-seconds", "api-key", "api-key-file", "jwt-authority", "jwt-key-file", "jwt-audience", "jwt-issuer", "requests-per-minute", "requests-burst", "tokens-per-minute", "redis", "trust-proxy", "cors-origin", "tls-cert", "tls-key", "max-body", "header-seconds", "idle-seconds", "max-connections-per-address" })
        {
            Assert.Contains("--" + option, output);
            Assert.Contains("VIBEE_" + option.Replace('-', '_').ToUpperInvariant(), output);
        }
    }

    [Fact]
    public async Task Serve_SeveralBadValues_EachOnItsOwnLineAndExitCode2()
    {
        var (exitCode, output, error) = await VibeeProcess.RunAsync(
            ["serve", "--port", "99999", "--ctx", "many", "--no-such-option", "--engine", "steam"],
            new Dictionary<string, string> { ["VIBEE_THREADS"] = "0" });

        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        var lines = error.Trim().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("vibee: ", line));
        Assert.Contains(lines, line => line.Contains("--port 99999: must be a whole number from 0 to 65535"));
        Assert.Contains(lines, line => line.Contains("--ctx many"));
        Assert.Contains(lines, line => line.Contains("--no-such-option"));
        Assert.Contains(lines, line => line.Contains("--engine steam: must be one of auto, llama, trinity, mock"));
        Assert.Contains(lines, line => line.Contains("VIBEE_THREADS=0"));
    }

    [Fact]
    public async Task Serve_OptionsThatContradict_AreRefused()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "--engine", "mock", "-m", "x.gguf", "--llama-lib", "/no/such/place"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("--engine mock takes no model", error);
        Assert.Contains("/no/such/place", error);
    }

    [Fact]
    public async Task Serve_CommandLineAndVariable_CommandLineWins()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(
            ["serve", "--engine", "llama"], new Dictionary<string, string> { ["VIBEE_ENGINE"] = "steam" });
        Assert.Equal(2, exitCode);
        Assert.Contains("--engine llama needs a model", error);
        Assert.DoesNotContain("steam", error);
    }

    [Fact]
    public async Task Serve_PortInUse_OneLineAndExitCode1()
    {
        var (process, client) = await VibeeProcess.ServeAsync();
        await using (process)
        {
            var port = client.BaseAddress!.Port.ToString();
            var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "--host", "127.0.0.1", "--port", port]);
            Assert.Equal(1, exitCode);
            var line = Assert.Single(error.Trim().Split('\n'));
            Assert.Contains(port, line);
        }
    }

    [Fact]
    public async Task Serve_HostThatDoesNotExist_OneLineAndExitCode1()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "--host", "999.1.1.1", "--port", "0"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("--host 999.1.1.1", Assert.Single(error.Trim().Split('\n')));
    }

    [Fact]
    public async Task Serve_ModelWithoutItsOption_SaysHow()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "models/igla-tiny.gguf"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("-m models/igla-tiny.gguf", error);
    }

    [Fact]
    public async Task UnknownCommand_IsTheOnlyComplaint()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serv"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("'serv'", Assert.Single(error.Trim().Split('\n')));
    }

    [Fact]
    public async Task Serve_EmptyModel_IsRefusedAsABadValue()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "-m", ""]);
        Assert.Equal(2, exitCode);
        Assert.Contains("--model : must not be empty", error);
    }

    [Theory]
    [InlineData("trinity", "--gpu-layers", "9")]
    [InlineData("llama", "--memory", "4G")]
    public async Task Serve_OptionOfAnotherEngine_IsRefused(string engine, string option, string value)
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "--engine", engine, "-m", "x.gguf", option, value]);
        Assert.Equal(2, exitCode);
        Assert.Contains(option, error);
    }

    [Fact]
    public async Task Serve_CacheBeyondCounting_IsRefused()
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "--ctx", "16777216", "--parallel", "256"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("--ctx 16777216", error);
    }
}
