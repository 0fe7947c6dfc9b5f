using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Vibee.Engine;
using Vibee.Gguf;

namespace Vibee.Bench.Accuracy;

/// <summary><c>vibee bench accuracy</c>: Trinity against llama.cpp, a row of the table in docs/accuracy.md.</summary>
internal static class AccuracyCommand
{
    public static Command Create()
    {
        var model = Setting.Text("--model", "Path to a GGUF model", "-m");
        var unquantized = Setting.Text("--unquantized", "The same model in floats (default: the model itself)");
        var prompts = Setting.Number("--prompts", 16, 1, 1000, "How many prompts are compared");
        var length = Setting.Number("--length", 64, 2, 1 << 16, "Tokens of each prompt");
        var threads = Setting.OptionalNumber("--threads", 1, 1024, "CPU threads (default 4, or the number of cores if less)");
        var command = new Command("accuracy", "Measures how far Trinity's logits are from llama.cpp's") { model, unquantized, prompts, length, threads };
        command.SetAction(parsed => parsed.GetValue(model) is not { } path
            ? Failure.Usage(["bench accuracy needs a model: -m FILE"])
            : Run(new AccuracySettings(
                path, parsed.GetValue(unquantized) ?? path, parsed.GetValue(prompts), parsed.GetValue(length),
                parsed.GetValue(threads) ?? Math.Min(4, Environment.ProcessorCount))));
        return command;
    }

    private static int Run(AccuracySettings settings)
    {
        using var loggers = LoggerFactory.Create(logging => Logging.Configure(logging, LogLevel.Warning));
        try
        {
            var found = AccuracyBench.Run(settings, loggers.CreateLogger("Vibee"));
            Console.WriteLine("| model | Trinity – llama.cpp | llama.cpp – unquantized | Trinity – unquantized |");
            Console.WriteLine("|---|---|---|---|");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {Path.GetFileNameWithoutExtension(settings.Model)} | {found.Between:0.00000} | {found.Llama:0.00000} | {found.Trinity:0.00000} |"));
            return 0;
        }
        catch (Exception exception) when (exception is GgufException or RunnerException)
        {
            return Failure.Run(exception.Message);
        }
    }
}
