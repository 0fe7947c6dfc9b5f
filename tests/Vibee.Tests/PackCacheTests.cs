using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Vibee.Tests;

/// <summary>Packed weights that are kept for the next start, as <c>vibee serve</c> does it.</summary>
public sealed class PackCacheTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vibee-packed-").FullName;

    private string Kept => Path.Combine(_directory, "kept");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Serve_PackCacheDirectory_NextStartMapsWhatTheFirstLeft()
    {
        var first = await AnswerAsync("--pack-cache-dir", Kept);
        var file = Assert.Single(Directory.GetFiles(Kept));
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        Assert.Equal(first, await AnswerAsync("--pack-cache-dir", Kept));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public async Task Serve_TwoStartAtOnce_BothServeAndOneFileStays()
    {
        var answers = await Task.WhenAll(AnswerAsync("--pack-cache-dir", Kept), AnswerAsync("--pack-cache-dir", Kept));
        Assert.Equal(answers[0], answers[1]);
        Assert.Single(Directory.GetFiles(Kept));
    }

    [Fact]
    public async Task Serve_NoPackCache_LeavesNothing()
    {
        await AnswerAsync("--pack-cache-dir", Kept, "--no-pack-cache");
        Assert.False(Directory.Exists(Kept));
    }

    [Fact]
    public async Task Serve_SmallModel_LeavesNothingInTheUsersCache()
    {
        await using var process = VibeeProcess.Start(
            new Dictionary<string, string> { ["XDG_CACHE_HOME"] = _directory, ["HOME"] = _directory }, "serve", "--host", "127.0.0.1", "--port", "0",
            "-m", Checkout.Model("igla-tiny.gguf"), "--engine", "trinity");
        await process.WaitUntilServingAsync();
        Assert.Empty(Directory.GetFiles(_directory, "*.panels", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Serve_DirectoryCannotBe_ServesAndWarnsOnce()
    {
        await File.WriteAllTextAsync(Kept, "", TestContext.Current.CancellationToken);
        var (process, client) = await ServeAsync("--pack-cache-dir", Kept);
        await using var _ = process;
        using var __ = client;
        var warning = Assert.Single(process.Error.Split('\n'), line => line.Contains("not kept"));
        Assert.Contains("--no-pack-cache", warning);
    }

    private static Task<(VibeeProcess Process, HttpClient Client)> ServeAsync(params string[] options) =>
        VibeeProcess.ServeAsync(["-m", Checkout.Model("igla-tiny.gguf"), "--engine", "trinity", .. options]);

    private static async Task<string> AnswerAsync(params string[] options)
    {
        var (process, client) = await ServeAsync(options);
        await using var _ = process;
        using var __ = client;
        var request = new JsonObject { ["prompt"] = "Hello", ["max_tokens"] = 8, ["temperature"] = 0 };
        using var response = await client.PostAsJsonAsync("/v1/completions", request, TestContext.Current.CancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return (string)answer["choices"]![0]!["text"]!;
    }
}
