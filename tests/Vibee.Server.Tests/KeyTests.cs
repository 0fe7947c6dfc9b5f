using System.Net;
using System.Text.Json.Nodes;
using Vibee.Server.Middleware.Keys;

namespace Vibee.Server.Tests;

/// <summary>Who comes in, by API key.</summary>
public sealed class KeyTests : IDisposable
{
    private const string Secret = "sk-the-first-key";

    private static readonly ServerOptions TwoKeys = new() { Access = new AccessOptions { ApiKeys = [Secret, "sk-the-second-key"] } };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vibee-keys-");

    private string KeyPath => Path.Combine(_directory.FullName, "keys.json");

    private ServerOptions WithFile => new() { Access = new AccessOptions { ApiKeyFile = KeyPath } };

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("x-nothing", "")]
    [InlineData("Authorization", "Bearer sk-wrong-key")]
    [InlineData("Authorization", "Bearer")]
    [InlineData("Authorization", "Basic c2stdGhlLWZpcnN0LWtleQ==")]
    [InlineData("Authorization", "Bearer sk-the-first-key-and-more")]
    [InlineData("x-api-key", "sk-wrong-key")]
    public async Task A02_NoOrWrongKey_Is401AndNeverRepeatsIt(string header, string value)
    {
        await using var server = await TestServer.StartAsync(options: TwoKeys);
        var (status, body, headers) = await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", header, value, TestServer.ChatBody());

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        var error = JsonNode.Parse(body)!["error"]!.AsObject();
        Assert.Equal("invalid_api_key", (string?)error["code"]);
        Assert.Equal("invalid_request_error", (string?)error["type"]);
        Assert.Null(error["param"]);
        Assert.Equal("Bearer", Assert.Single(headers.WwwAuthenticate).Scheme);
        Assert.DoesNotContain("sk-", body);
        Assert.Single(headers.GetValues("x-request-id"));
    }

    [Theory]
    [InlineData("x-api-key", Secret)]
    [InlineData("X-Api-Key", "sk-the-second-key")]
    [InlineData("Authorization", "Bearer " + Secret)]
    [InlineData("Authorization", "bearer sk-the-second-key")]
    [InlineData("Sec-WebSocket-Protocol", "vibee, openai-insecure-api-key." + Secret)]
    public async Task A03_EveryKey_InEveryForm_Passes(string header, string value)
    {
        await using var server = await TestServer.StartAsync(options: TwoKeys);
        foreach (var path in (string[])["/v1/chat/completions", "/v1/messages"])
        {
            var (status, body, _) = await server.SendAsync(HttpMethod.Post, path, header, value, TestServer.ChatBody("\"max_tokens\":5"));
            Assert.True(status == HttpStatusCode.OK, body);
        }
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/nothing-of-the-kind")]
    [InlineData("/v1/models")]
    public async Task A13_MalformedJsonWithoutKey_Is401(string path)
    {
        await using var server = await TestServer.StartAsync(options: TwoKeys);
        var (status, json) = await server.PostJsonAsync(path, "{ this is no JSON");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("invalid_api_key", (string?)json["error"]!["code"]);
    }

    [Fact]
    public async Task Body_WithoutKey_IsNotWaitedFor()
    {
        await using var server = await TestServer.StartAsync(options: TwoKeys);
        var answer = await server.RawAsync(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{", "invalid_api_key");
        Assert.StartsWith("HTTP/1.1 401", answer);
    }

    [Fact]
    public async Task Messages_WithoutKey_ErrorIsOfAnthropicsShape()
    {
        await using var server = await TestServer.StartAsync(options: TwoKeys);
        var (status, json) = await server.PostJsonAsync("/v1/messages", "{}");
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("error", (string?)json["type"]);
        Assert.Equal("authentication_error", (string?)json["error"]!["type"]);
        Assert.StartsWith("req_", (string?)json["request_id"]);
    }

    [Theory]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/v1/health", HttpStatusCode.OK)]
    [InlineData("/docs", HttpStatusCode.OK)]
    [InlineData("/openapi.json", HttpStatusCode.OK)]
    [InlineData("/v1/models", HttpStatusCode.Unauthorized)]
    [InlineData("/v1/models/igla-7b", HttpStatusCode.Unauthorized)]
    [InlineData("/metrics", HttpStatusCode.Unauthorized)]
    public async Task Get_WithoutKey_OnlyHealthAndPagesAreOpen(string path, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync(options: TwoKeys);
        using var response = await server.Client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Options_WithoutKey_IsNot401()
    {
        await using var server = await TestServer.StartAsync(options: TwoKeys);
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Expired_IsRefusedFromThatMomentOn()
    {
        var clock = new StoppedClock();
        var key = Write("guest", expires: clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        await using var server = await TestServer.StartAsync(options: WithFile with { Time = clock });

        Assert.Equal(HttpStatusCode.OK, await ChatAsync(server, key));
        clock.Pass(TimeSpan.FromMinutes(1));
        var (status, body, _) = await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", "x-api-key", key, TestServer.ChatBody());
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("expired", body);
    }

    [Fact]
    public async Task Revoked_IsRefusedWithoutRestart_AlsoTheLast()
    {
        var (first, second) = (Write("first"), Write("second"));
        await using var server = await TestServer.StartAsync(options: WithFile);
        Assert.Equal(HttpStatusCode.OK, await ChatAsync(server, first));

        KeyFile.Change(KeyPath, keys => [.. keys.Where(key => key.Name != "first")]);
        await UntilAsync(server, first, HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, await ChatAsync(server, second));

        KeyFile.Change(KeyPath, _ => []);
        await UntilAsync(server, second, HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Unauthorized, await ChatAsync(server, ""));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"keys":[{"name":"a","sha256":"abc"}]}""")]
    [InlineData("""{"keys":[null]}""")]
    [InlineData("""{"keys":[{"name":"a","sha256":"0000000000000000000000000000000000000000000000000000000000000000","expire":"2030-01-01"}]}""")]
    [InlineData("""{"keys":[{"name":"a","sha256":"0000000000000000000000000000000000000000000000000000000000000000"},{"name":"a","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]}""")]
    public async Task BrokenFile_AtTheStartIsRefused_LaterTheOldOneHolds(string broken)
    {
        await File.WriteAllTextAsync(KeyPath, broken, TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<IOException>(() => TestServer.StartAsync(options: WithFile));
        Assert.Contains(KeyPath, refusal.Message);

        File.Delete(KeyPath);
        var key = Write("first");
        var log = new LogLines();
        await using var server = await TestServer.StartAsync(options: WithFile, loggers: log);
        await File.WriteAllTextAsync(KeyPath, broken, TestContext.Current.CancellationToken);
        await TestServer.UntilAsync(() =>
        {
            _ = ChatAsync(server, key).GetAwaiter().GetResult();
            return log.Lines.Any(line => line.StartsWith("Warning") && line.Contains(KeyPath));
        });
        Assert.Equal(HttpStatusCode.OK, await ChatAsync(server, key));
    }

    [Fact]
    public async Task MissingFile_IsRefused()
    {
        var refusal = await Assert.ThrowsAnyAsync<IOException>(() => TestServer.StartAsync(options: WithFile));
        Assert.Contains(KeyPath, refusal.Message);
    }

    [Fact]
    public async Task ModelOfOthers_IsAsIfItWereNotThere()
    {
        var key = Write("koshey", models: ["igla-koshey"]);
        await using var server = await TestServer.StartAsync(options: WithFile);

        foreach (var foreign in (string[])["igla-7b", "org/name:q4", "no-such-model"])
        {
            var (status, body, _) = await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", "x-api-key", key, TestServer.ChatBody($"\"model\":\"{foreign}\""));
            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.Equal("model_not_found", (string?)JsonNode.Parse(body)!["error"]!["code"]);
        }

        var (_, own, _) = await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", "x-api-key", key, TestServer.ChatBody());
        Assert.Equal("igla-koshey", (string?)JsonNode.Parse(own)!["model"]);
        var (_, list, _) = await server.SendAsync(HttpMethod.Get, "/v1/models", "x-api-key", key);
        Assert.Equal("igla-koshey", (string?)Assert.Single(JsonNode.Parse(list)!["data"]!.AsArray())!["id"]);
        var (one, _, _) = await server.SendAsync(HttpMethod.Get, "/v1/models/igla-7b", "x-api-key", key);
        Assert.Equal(HttpStatusCode.NotFound, one);
    }

    [Fact]
    public async Task ModelsThatAreNotServed_OpenNothing()
    {
        var key = Write("elsewhere", models: ["another-model"]);
        await using var server = await TestServer.StartAsync(options: WithFile);
        foreach (var path in (string[])["/tokenize", "/v1/chat/completions"])
        {
            var (status, _, _) = await server.SendAsync(HttpMethod.Post, path, "x-api-key", key, """{"content":"x"}""");
            Assert.Equal(HttpStatusCode.NotFound, status);
        }
    }

    [Fact]
    public async Task Priority_OfAKey_PassesThoseWhoWait()
    {
        var (common, important) = (Write("common"), Write("important", priority: 5));
        var gate = new Gate(Script.Says(TestServer.Capacity with { Slots = 1 }, "Hi"));
        await using var server = await TestServer.StartAsync(gate, WithFile);

        var running = ChatAsync(server, common);
        await TestServer.UntilAsync(() => gate.IsWaiting);
        var second = ChatAsync(server, common);
        await WaitingAsync(server, 1);
        var third = ChatAsync(server, important);
        await WaitingAsync(server, 2);

        // An answer takes two steps: its prompt, and its one word, after which comes the end. Two answers go through.
        gate.Permit(4);
        await running;
        Assert.Same(third, await Task.WhenAny(second, third).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        gate.Open();
        Assert.Equal(HttpStatusCode.OK, await second);
    }

    [Fact]
    public async Task File_IsTheOwnersAlone_AndHoldsNoKey()
    {
        var key = Write("first");
        Assert.DoesNotContain(key, await File.ReadAllTextAsync(KeyPath, TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        Assert.Equal(["keys.json"], _directory.EnumerateFiles().Select(file => file.Name));
    }

    [Fact]
    public async Task Change_ByManyAtOnce_LosesNone()
    {
        await Parallel.ForAsync(0, 8, async (i, _) =>
        {
            while (true)
            {
                try
                {
                    KeyFile.Change(KeyPath, keys => [.. keys, new ApiKey($"key-{i}", ApiKey.HashOf($"{i}"))]);
                    return;
                }
                catch (IOException)
                {
                    await Task.Yield(); // it is somebody else's turn
                }
            }
        });
        Assert.Equal(8, KeyFile.Read(KeyPath).Count);
    }

    private string Write(string name, DateTimeOffset? expires = null, string[]? models = null, int priority = 0)
    {
        var secret = ApiKey.Generate();
        KeyFile.Change(KeyPath, keys => [.. keys, new ApiKey(name, ApiKey.HashOf(secret)) { Expires = expires, Models = models, Priority = priority }]);
        return secret;
    }

    private static async Task<HttpStatusCode> ChatAsync(TestServer server, string key) =>
        (await server.SendAsync(HttpMethod.Post, "/v1/chat/completions", "x-api-key", key, TestServer.ChatBody())).Status;

    private static async Task UntilAsync(TestServer server, string key, HttpStatusCode expected) =>
        await TestServer.UntilAsync(() => ChatAsync(server, key).GetAwaiter().GetResult() == expected);

    // The engine stands at the gate and looks at nobody; who is inside has been accepted, in this order.
    private static Task WaitingAsync(TestServer server, int count) =>
        TestServer.UntilAsync(() => server.Model.Loaded is LoadedModel { Engine.Inside: var inside } && inside == count + 1);
}
