using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Vibee.Tests;

/// <summary><c>vibee bench serve</c>, against our own server and against one that remembers what it was asked.</summary>
public sealed class BenchServeTests
{
    [Fact]
    public async Task Table_OfTheMock_HasRatesAndPercentiles()
    {
        var (process, client) = await VibeeProcess.ServeAsync();
        await using var _ = process;
        var (exitCode, output, error) = await VibeeProcess.RunAsync(
            ["bench", "serve", "--url", client.BaseAddress!.ToString(), "--clients", "2", "--requests", "6", "--turns", "3", "--api", "chat", "--max-tokens", "5"]);

        Assert.True(exitCode == 0, error);
        Assert.Contains("6 requests by 2 clients in conversations of 3 turns", output);
        Assert.Contains("requests/s", output);
        Assert.Contains("time to first token", output);
        Assert.Contains("p99", output);
    }

    [Fact]
    public async Task Json_CountsWhatTheServerSays()
    {
        await using var server = await StubServer.StartAsync((context, _) => StubServer.StreamAsync(context, "a", "b", "c"));
        var report = await ReportAsync(server, "--requests", "4", "--clients", "2");

        Assert.Equal(4, report.GetProperty("requests").GetInt32());
        Assert.Equal(0, report.GetProperty("errors").GetInt32());
        Assert.Equal(40, report.GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(16, report.GetProperty("cached_tokens").GetInt32());
        Assert.Equal(12, report.GetProperty("completion_tokens").GetInt32());
        Assert.True(report.GetProperty("time_to_first_token").GetProperty("p50").GetDouble() > 0);
        Assert.False(report.GetProperty("interrupted").GetBoolean());
    }

    [Theory]
    [InlineData("0", 6)]
    [InlineData("5", 11)]
    public async Task Warmup_IsSentButNotCounted(string warmup, int sent)
    {
        await using var server = await StubServer.StartAsync((context, _) => StubServer.StreamAsync(context, "a"));
        var report = await ReportAsync(server, "--requests", "6", "--clients", "2", "--warmup", warmup);
        Assert.Equal(6, report.GetProperty("requests").GetInt32());
        Assert.Equal(sent, server.Requests.Count);
    }

    [Fact]
    public async Task SharedWords_AllPromptsBeginWithThemAndThenDiffer()
    {
        await using var server = await StubServer.StartAsync((context, _) => StubServer.StreamAsync(context, "a"));
        await ReportAsync(server, "--requests", "4", "--prompt-words", "40", "--shared-words", "10");
        var prompts = server.Requests.Select(request => request.Body.GetProperty("prompt").GetString()!.Split(' ')).ToList();
        Assert.All(prompts, prompt => Assert.Equal(40, prompt.Length));
        Assert.All(prompts, prompt => Assert.Equal(prompts[0][..10], prompt[..10]));
        Assert.Equal(prompts.Count, prompts.Select(prompt => string.Join(' ', prompt[10..])).Distinct().Count());
    }

    [Fact]
    public async Task Seed_Given_PromptsAreTheSameAgain()
    {
        await using var server = await StubServer.StartAsync((context, _) => StubServer.StreamAsync(context, "a"));
        await ReportAsync(server, "--requests", "1", "--warmup", "0", "--seed", "7");
        await ReportAsync(server, "--requests", "1", "--warmup", "0", "--seed", "7");
        await ReportAsync(server, "--requests", "1", "--warmup", "0", "--seed", "8");
        var prompts = server.Requests.Select(request => request.Body.GetProperty("prompt").GetString()).ToList();
        Assert.Equal(prompts[0], prompts[1]);
        Assert.NotEqual(prompts[0], prompts[2]);
    }

    [Fact]
    public async Task Fields_Given_AreInEveryRequest()
    {
        await using var server = await StubServer.StartAsync((context, _) => StubServer.StreamAsync(context, "a"));
        await ReportAsync(server, "--requests", "2", "--fields", "{\"guided_regex\": \"[a-z]+\"}");
        Assert.All(server.Requests, request => Assert.Equal("[a-z]+", request.Body.GetProperty("guided_regex").GetString()));
    }

    [Fact]
    public async Task Turns_Chat_AnswersBecomePartOfTheNextRequest()
    {
        await using var server = await StubServer.StartAsync((context, number) => StubServer.StreamAsync(context, "answer ", $"{number}"));
        await ReportAsync(server, "--api", "chat", "--requests", "5", "--turns", "3", "--warmup", "0", "--prompt-words", "8", "--shared-words", "3");

        var conversations = server.Requests.Select(request => request.Body.GetProperty("messages").EnumerateArray()
            .Select(message => (Role: message.GetProperty("role").GetString(), Content: message.GetProperty("content").GetString())).ToList()).ToList();
        Assert.All(server.Requests, request => Assert.Equal("/v1/chat/completions", request.Path));
        Assert.Equal([2, 4, 6, 2, 4], conversations.Select(messages => messages.Count));
        Assert.Equal(["system", "user", "assistant", "user", "assistant", "user"], conversations[2].Select(message => message.Role));
        Assert.Equal("answer 0", conversations[2][2].Content);
        Assert.Equal("answer 1", conversations[2][4].Content);
        Assert.Equal(conversations[1], conversations[2][..4]);
        Assert.Equal(conversations[0][0], conversations[3][0]);
        Assert.NotEqual(conversations[0][1], conversations[3][1]);
    }

    [Fact]
    public async Task Turns_Completions_PromptGrowsByAnswerAndWords()
    {
        await using var server = await StubServer.StartAsync((context, _) => StubServer.StreamAsync(context, " so", " it is"));
        await ReportAsync(server, "--requests", "2", "--turns", "2", "--warmup", "0", "--prompt-words", "4");
        var prompts = server.Requests.Select(request => request.Body.GetProperty("prompt").GetString()!).ToList();
        Assert.StartsWith(prompts[0] + " so it is ", prompts[1]);
        Assert.Equal(4, prompts[1][(prompts[0].Length + " so it is ".Length)..].Split(' ').Length);
    }

    [Fact]
    public async Task Rate_ArrivalsDoNotWaitForAnswers()
    {
        const int Requests = 12;
        var all = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(async (context, number) =>
        {
            if (number == Requests - 1)
                all.SetResult();
            await all.Task;
            await StubServer.StreamAsync(context, "a");
        });

        var report = await ReportAsync(server, "--rate", "1000", "--requests", $"{Requests}", "--warmup", "0");
        Assert.Equal(Requests, report.GetProperty("requests").GetInt32());
        Assert.Equal(1000, report.GetProperty("arrival_rate").GetDouble());
    }

    [Fact]
    public async Task Errors_AreCountedAndTheFirstIsShown()
    {
        await using var server = await StubServer.StartAsync(async (context, number) =>
        {
            if (number % 2 == 0)
            {
                await StubServer.StreamAsync(context, "a");
                return;
            }

            context.Response.StatusCode = 429;
            await context.Response.WriteAsync("""{"error": {"message": "too much"}}""");
        });

        var (exitCode, output, error) = await RunAsync(server, "--requests", "4", "--warmup", "0");
        Assert.Equal(1, exitCode);
        Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("errors").GetInt32());
        Assert.Contains("2 of 4 requests failed; the first: status 429: too much", error);
    }

    [Fact]
    public async Task Interrupted_ReportsWhatWasAnswered()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StubServer.StartAsync(async (context, number) =>
        {
            if (number < 3)
            {
                await StubServer.StreamAsync(context, "a");
                return;
            }

            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        await using var process = VibeeProcess.Start("bench", "serve", "--url", server.Url, "--warmup", "0", "--requests", "100", "--json");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        process.Terminate();
        Assert.Equal(130, await process.WaitForExitAsync());
        var report = JsonDocument.Parse(process.Output).RootElement;
        Assert.True(report.GetProperty("interrupted").GetBoolean());
        Assert.Equal(3, report.GetProperty("requests").GetInt32());
        Assert.Equal(0, report.GetProperty("errors").GetInt32());
        Assert.Contains("interrupted", process.Error);
    }

    [Theory]
    [InlineData(".svg")]
    [InlineData(".html")]
    public async Task Plot_IsADrawingWithUnits(string extension)
    {
        var folder = Directory.CreateTempSubdirectory("vibee-");
        try
        {
            var path = Path.Combine(folder.FullName, "plot" + extension);
            await using var server = await StubServer.StartAsync((context, _) => StubServer.StreamAsync(context, "a", "b", "c"));
            await ReportAsync(server, "--requests", "40", "--clients", "4", "--plot", path, "--model", "<&'>");

            var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
            var svg = XElement.Parse(text[text.IndexOf("<svg", StringComparison.Ordinal)..(text.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
            var labels = svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToList();
            Assert.Contains(labels, label => label.StartsWith("<&'>: 40 requests by 4 clients", StringComparison.Ordinal));
            Assert.Contains("time to first token, ms", labels);
            Assert.Contains("between tokens, ms", labels);
            Assert.Contains("time since the start, s", labels);
            Assert.Contains("share of 80", labels);
            Assert.DoesNotContain("NaN", text);
            Assert.DoesNotContain("∞", text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task OptionsThatContradict_AreRefused()
    {
        var (exitCode, output, error) = await VibeeProcess.RunAsync(["bench", "serve", "--rate", "1", "--clients", "2", "--shared-words", "65", "--plot", "plot.png"]);
        Assert.Equal(2, exitCode);
        Assert.Empty(output);
        var lines = error.Trim().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("leave out --clients", lines[0]);
        Assert.Contains("--shared-words 65", lines[1]);
        Assert.Contains("--plot plot.png", lines[2]);
    }

    [Fact]
    public async Task NobodyListens_OneLineAndExitCode1()
    {
        string url;
        await using (var server = await StubServer.StartAsync((_, _) => Task.CompletedTask))
            url = server.Url;
        var (exitCode, _, error) = await VibeeProcess.RunAsync(["bench", "serve", "--url", url]);
        Assert.Equal(1, exitCode);
        Assert.Contains(url, Assert.Single(error.Trim().Split('\n')));
    }

    private static async Task<JsonElement> ReportAsync(StubServer server, params string[] options)
    {
        var (exitCode, output, error) = await RunAsync(server, options);
        Assert.True(exitCode == 0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(StubServer server, params string[] options) =>
        VibeeProcess.RunAsync(["bench", "serve", "--url", server.Url, "--json", .. options]);
}
