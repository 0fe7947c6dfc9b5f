using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Vibee;

/// <summary>Log lines go to standard error: <c>12:34:56 info Serving …</c>.</summary>
internal static class Logging
{
    public static void Configure(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        // The framework's own life is of interest only when looking for a fault in it.
        if (level > LogLevel.Debug)
            logging.AddFilter("Microsoft", LogLevel.Warning);
        // A port that is taken is an ordinary answer of ours, not a fault to be logged as well.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        logging.AddConsole(console =>
        {
            console.FormatterName = LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.Services.AddSingleton<ConsoleFormatter, LineFormatter>();
    }

    private sealed class LineFormatter() : ConsoleFormatter(FormatterName)
    {
        public const string FormatterName = "line";

        public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter writer)
        {
            var level = entry.LogLevel switch
            {
                LogLevel.Trace => "trace",
                LogLevel.Debug => "debug",
                LogLevel.Information => "info",
                LogLevel.Warning => "warn",
                LogLevel.Error => "error",
                _ => "critical",
            };
            writer.WriteLine($"{DateTime.Now:HH:mm:ss} {level} {OneLine(entry.Formatter(entry.State, entry.Exception))}");
            if (entry.Exception is not null)
                writer.WriteLine(entry.Exception);
        }

        // A message may quote what a client sent; it must not be able to write lines of its own.
        private static string OneLine(string message) =>
            message.Any(char.IsControl) ? new string([.. message.Select(character => char.IsControl(character) ? ' ' : character)]) : message;
    }
}
