using System.CommandLine;
using System.Text.Json;
using Vibee.Gguf;

namespace Vibee.Bench.Load;

/// <summary><c>vibee bench serve</c>: how fast a server of any make answers.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var url = Setting.Url("--url", "http://localhost:8000", "The server, of any make");
        var key = new Option<string?>("--api-key") { Description = "Its API key, if it wants one" };
        var model = new Option<string?>("--model") { Description = "The model's id (default: none is sent)" };
        var api = Setting.Choice("--api", "completions", ["completions", "chat"], "What is asked: /v1/completions or /v1/chat/completions");
        var clients = Setting.OptionalNumber("--clients", 1, 4096, "Clients that each send a request when the one before is answered (default 1)");
        var rate = Setting.OptionalNumber("--rate", 0.001, 100_000, "Instead of --clients: requests (with --turns, conversations) begun per second, whether or not earlier ones are answered");
        var arrivals = Setting.Choice("--arrivals", "poisson", ["poisson", "steady"], "How --rate spreads them: at random, or evenly");
        var requests = Setting.Number("--requests", 16, 1, 10_000_000, "Requests that are counted");
        var warmup = Setting.OptionalNumber("--warmup", 0, 1_000_000, "Requests before them that are not; 0 finds the server with a cold prefix cache (default: one for each client)");
        var turns = Setting.Number("--turns", 1, 1, 10_000, "Requests of each conversation; each contains what was said and answered before");
        var words = Setting.Number("--prompt-words", 64, 1, 1_000_000, "Length of each prompt");
        var shared = Setting.Number("--shared-words", 0, 0, 1_000_000, "How many of them all prompts begin with (in a chat: the system message)");
        var tokens = Setting.Number("--max-tokens", 64, 1, 1_000_000, "Length of each answer");
        var think = Setting.Number("--think", 0.0, 0, 86_400, "Seconds between an answer and the client's next request");
        var seed = Setting.OptionalNumber("--seed", 0, int.MaxValue, "Repeats the same prompts and arrivals (default: new ones in every run)");
        var fields = new Option<string?>("--fields") { Description = "A JSON object whose fields each request has as well, such as {\"guided_regex\": \"[a-z]+\"}" };
        var plot = Setting.Text("--plot", "Draw latencies over time into this file, FILE.svg or FILE.html");
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };

        var command = new Command("serve", "Loads an OpenAI-compatible server and reports its speed")
        {
            url, key, model, api, clients, rate, arrivals, requests, warmup, turns, words, shared, tokens, think, seed, fields, plot, json,
        };
        command.SetAction((parsed, _) => RunAsync(new LoadSettings
        {
            Url = parsed.GetValue(url)!,
            ApiKey = parsed.GetValue(key),
            Model = parsed.GetValue(model),
            IsChat = parsed.GetValue(api) == "chat",
            Clients = parsed.GetValue(clients) ?? (parsed.GetValue(rate) is null ? 1 : null),
            Rate = parsed.GetValue(rate),
            IsSteady = parsed.GetValue(arrivals) == "steady",
            Requests = parsed.GetValue(requests),
            Warmup = parsed.GetValue(warmup),
            Turns = parsed.GetValue(turns),
            PromptWords = parsed.GetValue(words),
            SharedWords = parsed.GetValue(shared),
            MaxTokens = parsed.GetValue(tokens),
            Think = TimeSpan.FromSeconds(parsed.GetValue(think)),
            Seed = parsed.GetValue(seed),
            Fields = parsed.GetValue(fields),
            Plot = parsed.GetValue(plot),
        }, parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(LoadSettings settings, bool asJson)
    {
        var problems = settings.FindContradictions().ToList();
        if (problems.Count > 0)
            return Failure.Usage(problems);

        using var interruption = new Interruption();
        using var test = new LoadTest(settings);
        if (await test.FindProblemAsync(interruption.Token) is { } problem)
            return Failure.Run(problem);
        var (results, duration) = await ProgressBar.RunAsync($"{settings.Requests} requests",
            bar => test.RunAsync(done => bar((float)done / settings.Requests), interruption.Token));
        var report = LoadReport.From(settings, results, duration, interruption.Token.IsCancellationRequested);
        if (asJson)
            Console.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.LoadReport));
        else
            LoadTable.Print(report);
        return Draw(settings, report, results) ?? End(report);
    }

    private static int? Draw(LoadSettings settings, LoadReport report, IReadOnlyList<LoadResult> results)
    {
        if (settings.Plot is not { } path)
            return null;
        try
        {
            LoadPlot.Write(path, settings, report, results);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failure.Run($"--plot {path}: {PathProblem.OfWriting(path, exception)}");
        }
    }

    private static int End(LoadReport report)
    {
        var exitCode = report.Errors > 0 ? Failure.Run($"{report.Errors} of {report.Requests} requests failed; the first: {report.FirstError}") : 0;
        return report.Interrupted ? Interruption.Explain($"the {report.Requests} requests that were answered until then") : exitCode;
    }
}
