using System.Net;

namespace Vibee.Tests;

/// <summary><c>vibee keys</c>, and a server that goes by its file.</summary>
public sealed class KeysTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vibee-keys-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string KeyPath => Path.Combine(_directory.FullName, "keys.json");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task New_Serve_Revoke_OneAfterTheOther()
    {
        var key = await NewAsync("alice");
        Assert.Matches("^vk-[A-Za-z0-9_-]{43}$", key);
        var (process, client) = await VibeeProcess.ServeAsync("--api-key-file", KeyPath);
        await using var _ = process;
        using var __ = client;
        Assert.Equal(HttpStatusCode.OK, await ModelsAsync(client, key));
        Assert.Equal(HttpStatusCode.Unauthorized, await ModelsAsync(client, "vk-wrong"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health", Cancellation)).StatusCode);

        var bob = await NewAsync("bob");
        await UntilAsync(client, bob, HttpStatusCode.OK);
        var (exitCode, _, error) = await RunAsync("revoke", "alice");
        Assert.True(exitCode == 0, error);
        await UntilAsync(client, key, HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, await ModelsAsync(client, bob));
        Assert.DoesNotContain(key, process.Error);
    }

    [Fact]
    public async Task List_ShowsWhatKeysMay_ButNoKey()
    {
        var key = await NewAsync("alice", "--expires", "2h", "--models", "a,b", "--requests-per-minute", "60", "--tokens-per-minute", "9000", "--priority", "3");
        var (exitCode, output, _) = await RunAsync("list");
        Assert.Equal(0, exitCode);
        Assert.Matches("^alice  since .*Z  until .*Z  models a,b  60 requests/min  9000 tokens/min  priority 3\n$", output);
        Assert.DoesNotContain(key, output);
    }

    [Theory]
    [InlineData(1, "already", "new", "alice")]
    [InlineData(1, "no key 'carol'", "revoke", "carol")]
    [InlineData(2, "--expires yesterday", "new", "dave", "--expires", "yesterday")]
    [InlineData(2, "--expires 2001-01-01", "new", "dave", "--expires", "2001-01-01")]
    [InlineData(2, "a key's name", "new", "")]
    [InlineData(2, "a key's name", "new", "dave\nerin")]
    [InlineData(2, "--priority 99", "new", "dave", "--priority", "99")]
    public async Task WhatCannotBe_IsSaid_AndChangesNothing(int expected, string message, params string[] arguments)
    {
        await NewAsync("alice");
        var before = await File.ReadAllTextAsync(KeyPath, Cancellation);
        var (exitCode, output, error) = await RunAsync(arguments);
        Assert.Equal(expected, exitCode);
        Assert.Contains(message, error);
        Assert.Empty(output);
        Assert.Equal(before, await File.ReadAllTextAsync(KeyPath, Cancellation));
    }

    [Fact]
    public async Task FileThatCannotBe_IsNamedWithTheReason()
    {
        Assert.Equal((1, "", $"vibee: {KeyPath}: there is no such file\n"), await RunAsync("list"));
        Directory.CreateDirectory(KeyPath);
        Assert.Equal((1, "", $"vibee: {KeyPath}: this is a directory, not a file\n"), await RunAsync("new", "alice"));
        var below = Path.Combine(KeyPath, "none", "keys.json");
        Assert.Equal((1, "", $"vibee: {below}: there is no directory for it\n"), await VibeeProcess.RunAsync(["keys", "new", "alice", "--api-key-file", below]));
    }

    [Fact]
    public async Task Serve_BrokenKeyFile_OneLineAndExitCode1()
    {
        await File.WriteAllTextAsync(KeyPath, "{\n \"keys\": [\n { \"nam\": 1 }]}", Cancellation);
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", "--host", "127.0.0.1", "--port", "0", "--api-key-file", KeyPath]);
        Assert.Equal(1, exitCode);
        Assert.Contains($"{KeyPath}:3", Assert.Single(error.Trim().Split('\n')));
    }

    [Theory]
    [InlineData("--jwt-audience is needed", "--jwt-authority", "https://example.org")]
    [InlineData("not both", "--jwt-authority", "https://example.org", "--jwt-key-file", "x", "--jwt-audience", "x")]
    [InlineData("--tls-cert and --tls-key belong together", "--tls-cert", "x.pem")]
    [InlineData("--redis shares limits", "--redis", "localhost:6379")]
    [InlineData("--requests-burst needs", "--requests-burst", "5")]
    [InlineData("--cors-origin https://example.org/: must be", "--cors-origin", "https://example.org/")]
    [InlineData("--cors-origin example.org: must be", "--cors-origin", "example.org")]
    [InlineData("the proxy's", "--trust-proxy", "--max-connections-per-address", "9")]
    [InlineData("'perhaps'", "--trust-proxy", "perhaps")]
    [InlineData("--api-key : must not be empty", "--api-key", "")]
    public async Task Serve_OptionsThatDoNotFit_AreRefused(string message, params string[] options)
    {
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["serve", .. options]);
        Assert.Equal(2, exitCode);
        Assert.Contains(message, error);
    }

    [Fact]
    public async Task Serve_EveryInterfaceWithoutKey_Warns_WithKeyDoesNot()
    {
        await using var open = VibeeProcess.Start("serve", "--port", "0");
        await open.ComesToServeAsync();
        Assert.Contains("warn --host 0.0.0.0 lets everybody", open.Error);

        await using var closed = VibeeProcess.Start("serve", "--port", "0", "--api-key", "sk-one", "--api-key", "sk-two", "--trust-proxy", "--requests-per-minute", "5");
        var address = await closed.WaitUntilServingAsync();
        Assert.DoesNotContain("lets everybody", closed.Error);
        using var client = new HttpClient { BaseAddress = address };
        Assert.Equal(HttpStatusCode.OK, await ModelsAsync(client, "sk-two"));
        Assert.Equal(HttpStatusCode.Unauthorized, await ModelsAsync(client, "sk-three"));
    }

    private async Task<string> NewAsync(string name, params string[] options)
    {
        var (exitCode, output, error) = await RunAsync(["new", name, .. options]);
        Assert.True(exitCode == 0, error);
        return output.Trim();
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) =>
        VibeeProcess.RunAsync(["keys", .. arguments], new Dictionary<string, string> { ["VIBEE_API_KEY_FILE"] = KeyPath });

    private static async Task<HttpStatusCode> ModelsAsync(HttpClient client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Authorization = new("Bearer", key);
        using var response = await client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    private static async Task UntilAsync(HttpClient client, string key, HttpStatusCode expected)
    {
        var deadline = Environment.TickCount64 + 20_000;
        while (await ModelsAsync(client, key) != expected)
            Assert.True(Environment.TickCount64 < deadline, $"{expected} did not come within 20 s.");
    }
}
