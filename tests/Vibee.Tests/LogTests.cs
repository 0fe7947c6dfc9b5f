using System.Text;
using System.Text.Json.Nodes;

namespace Vibee.Tests;

/// <summary>What is written to standard error while requests are served.</summary>
public sealed class LogTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LogFormat_Json_EveryLineIsAnObjectWithTheValuesOfItsMessage()
    {
        var (process, client) = await VibeeProcess.ServeAsync("--log-format", "json", "--api-key", "sk-secret-key");
        await using (process)
        {
            client.DefaultRequestHeaders.Add("Authorization", "Bearer sk-secret-key");
            client.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
            await client.PostAsync("/v1/chat/completions", new StringContent("""{"messages":[{"role":"user","content":"a prompt"}]}""", Encoding.UTF8, "application/json"), Cancellation);
            process.Terminate();
            await process.WaitForExitAsync();
        }

        var lines = process.Error.Trim().Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.All(lines, line => Assert.Equal(["time", "level", "category", "message"], line.Select(field => field.Key).Take(4)));
        var request = Assert.Single(lines, line => line.ContainsKey("latency_ms"));
        Assert.Equal("/v1/chat/completions", (string?)request["path"]);
        Assert.Equal(200, (int)request["status"]!);
        Assert.True((int)request["completion_tokens"]! > 0);
        Assert.True((double)request["first_token_ms"]! <= (double)request["latency_ms"]!);
        Assert.NotEqual("-", (string?)request["key"]);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (string?)request["trace_id"]);
        Assert.DoesNotContain("sk-secret-key", process.Error);
        Assert.DoesNotContain("a prompt", process.Error);
    }

    [Fact]
    public async Task PrintConfig_ApiKeys_AreNotPrinted()
    {
        var (exitCode, output, _) = await VibeeProcess.RunAsync(["serve", "--print-config", "--api-key", "sk-first-key"],
            new Dictionary<string, string> { ["VIBEE_CORS_ORIGIN"] = "https://a.example,https://b.example", ["VIBEE_TRUST_PROXY"] = "on" });
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("sk-first-key", output);
        Assert.Matches("(?m)^# api-key = \\(hidden\\) +# command line$", output);
        Assert.Matches("(?m)^trust-proxy = true +# VIBEE_TRUST_PROXY$", output);
    }
}
