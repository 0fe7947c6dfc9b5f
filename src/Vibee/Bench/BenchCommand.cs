using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Vibee.Bench;

/// <summary><c>vibee bench</c>: measure a server from outside, and make models to measure with.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measures speed")
    {
        CreateServe(),
        CreateSynth(),
    };

    private static Command CreateServe()
    {
        var url = Setting.Url("--url", "http://localhost:8000", "The server, of any make");
        var model = new Option<string?>("--model") { Description = "The model's id (default: none is sent)" };
        var clients = Number("--clients", 1, 4096, 1, "Connections that each send one request after the other");
        var requests = Number("--requests", 1, 10_000_000, 16, "Requests that are counted");
        var words = Number("--prompt-words", 1, 1_000_000, 64, "Length of each prompt");
        var shared = Number("--shared-words", 0, 1_000_000, 0, "How many of them all prompts begin with");
        var tokens = Number("--max-tokens", 1, 1_000_000, 64, "Length of each answer");
        var json = new Option<bool>("--json") { Description = "Print the result as JSON" };

        var command = new Command("serve", "Loads an OpenAI-compatible server and reports its speed") { url, model, clients, requests, words, shared, tokens, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = new LoadSettings(parsed.GetValue(url)!, parsed.GetValue(model), parsed.GetValue(clients), parsed.GetValue(requests),
                parsed.GetValue(words), parsed.GetValue(shared), parsed.GetValue(tokens));
            using var test = new LoadTest(settings);
            var report = await LoadBar.RunAsync($"{settings.Requests} requests", bar => test.RunAsync(done => bar((float)done / settings.Requests), cancellation));
            if (parsed.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.LoadReport));
            else
                Print(report);
            return report.Errors == 0 ? 0 : Failure.Run($"{report.Errors} of {report.Requests} requests failed; the first: {report.FirstError}");
        });
        return command;
    }

    private static Command CreateSynth()
    {
        var output = new Argument<string>("file") { Description = "The GGUF file to write" };
        var shape = Setting.Choice("--shape", "tinyllama-1.1b", [.. SynthShape.Known.Keys], "Whose dimensions it has");
        var type = Setting.Choice("--type", "Q4_K_M", [.. SynthQuantization.Known.Keys], "How its weights are stored");
        var seed = Number("--seed", 0, int.MaxValue, 1, "The same seed gives the same file");
        var command = new Command("synth", "Writes a model of random weights with a known model's shape") { output, shape, type, seed };
        command.SetAction(parsed =>
        {
            try
            {
                SynthModel.Write(parsed.GetValue(output)!, SynthShape.Known[parsed.GetValue(shape)!], SynthQuantization.Known[parsed.GetValue(type)!], parsed.GetValue(seed));
                return 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Failure.Run(exception.Message);
            }
        });
        return command;
    }

    private static Option<int> Number(string name, int min, int max, int fallback, string description) => Setting.Number(name, fallback, min, max, description);

    private static void Print(LoadReport report)
    {
        var table = new Table().AddColumns("", "p50", "p90", "p99");
        table.AddRow("time to first token, ms", Milliseconds(report.TimeToFirstToken.P50), Milliseconds(report.TimeToFirstToken.P90), Milliseconds(report.TimeToFirstToken.P99));
        table.AddRow("between tokens, ms", Milliseconds(report.InterTokenLatency.P50), Milliseconds(report.InterTokenLatency.P90), Milliseconds(report.InterTokenLatency.P99));
        table.AddRow("whole request, ms", Milliseconds(report.RequestTime.P50), Milliseconds(report.RequestTime.P90), Milliseconds(report.RequestTime.P99));
        AnsiConsole.WriteLine($"{report.Requests} requests by {report.Clients} clients in {report.Duration:F2} s: {report.RequestRate:F1} requests/s, {report.PromptTokenRate:F1} prompt tokens/s, {report.CompletionTokenRate:F1} tokens/s, {report.Errors} errors");
        AnsiConsole.Write(table);

        static string Milliseconds(double seconds) => (seconds * 1000).ToString("F2");
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class BenchJson : JsonSerializerContext;
