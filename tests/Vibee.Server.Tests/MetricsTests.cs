namespace Vibee.Server.Tests;

public class MetricsTests
{
    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task Metrics_AfterARequest_HaveTheGuidesLines()
    {
        await using var server = await TestServer.StartAsync();
        await server.ChatAsync();
        await server.ChatAsync("\"n\":0");
        await server.GetTextAsync("/health");

        Assert.StartsWith(
            """
            # HELP igla_requests_total Total requests
            # TYPE igla_requests_total counter
            igla_requests_total 2

            # HELP igla_tokens_generated Total tokens
            # TYPE igla_tokens_generated counter
            igla_tokens_generated 9

            # HELP igla_uptime_seconds Uptime
            # TYPE igla_uptime_seconds gauge
            igla_uptime_seconds 
            """.ReplaceLineEndings("\n"), await server.GetTextAsync("/metrics"));
    }

    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    [Fact]
    public async Task Metrics_BeforeTheFirstRequest_AreThereWithZeros()
    {
        await using var server = await TestServer.StartAsync();
        var before = await server.ScrapeAsync();
        string[] ofTheProcess = ["igla_uptime_seconds", "igla_process_resident_bytes", "igla_process_cpu_seconds_total", "igla_gc_pause_seconds_total"];
        string[] ofTheSetting = ["igla_ready", "igla_slots", "igla_kv_cells"];
        Assert.All(before.Where(sample => !ofTheProcess.Concat(ofTheSetting).Contains(sample.Key)), sample => Assert.Equal("0", sample.Value));
        await server.ChatAsync();
        var after = await server.ScrapeAsync();
        Assert.True(after.Remove("igla_responses_total{path=\"/v1/chat/completions\",status=\"200\"}"));
        Assert.True(before.Remove("igla_responses_total"));
        Assert.Equal(after.Keys, before.Keys);
        Assert.Contains("igla_time_to_first_token_seconds_bucket{le=\"0.5\"}", before.Keys);
    }

    [Fact]
    [Trait(DefaultRunner.Trait, DefaultRunner.MockOnly)]
    public async Task N05_Counters_EqualTheSumOfUsage()
    {
        await using var server = await TestServer.StartAsync();
        await using var other = await TestServer.StartAsync();
        var prompt = 0;
        var completion = 0;
        foreach (var fields in (string[])["", "\"max_tokens\":3", "\"n\":3", "\"stop\":\"am\"", "\"seed\":1"])
        {
            var (_, json) = await server.ChatAsync(fields);
            prompt += (int)json["usage"]!["prompt_tokens"]!;
            completion += (int)json["usage"]!["completion_tokens"]!;
        }

        var streamed = await server.PostTextAsync("/v1/completions",
            """{"prompt":["Hello","Hello"],"stream":true,"stream_options":{"include_usage":true}}""");
        var usage = Sse.Chunks(streamed)[^1]["usage"]!;
        completion += (int)usage["completion_tokens"]!;
        prompt += (int)usage["prompt_tokens"]!;

        var text = await server.GetTextAsync("/metrics");
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(
            "^(|# HELP [a-z_]+ .+|# TYPE [a-z_]+ (counter|gauge|histogram)|[a-z_]+(\\{(le=\"[0-9.+Inf]+\"|path=\"[a-z0-9/]*\",status=\"[0-9]+\")\\})? [0-9.E+-]+)$", line));
        var samples = await server.ScrapeAsync();
        Assert.Equal($"{completion}", samples["igla_tokens_generated"]);
        Assert.Equal($"{prompt}", samples["igla_prompt_tokens_total"]);
        Assert.Equal("6", samples["igla_requests_total"]);
        Assert.Equal("0", (await other.ScrapeAsync())["igla_tokens_generated"]);
        await TestServer.UntilAsync(() => server.Metrics.SlotsInUse == 0 && server.Metrics.QueueLength == 0);
    }
}
