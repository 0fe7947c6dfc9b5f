using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Vibee.Logs;

namespace Vibee;

/// <summary>Log lines go to standard error: <c>12:34:56 info Serving …</c>, or each as a JSON object.</summary>
internal static class Logging
{
    public static void Configure(ILoggingBuilder logging, LogLevel level, bool json = false)
    {
        logging.SetMinimumLevel(level);
        // The framework's own life is of interest only when looking for a fault in it.
        if (level > LogLevel.Debug)
            logging.AddFilter("Microsoft", LogLevel.Warning);
        // A port that is taken is an ordinary answer of ours, not a fault to be logged as well.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        logging.AddConsole(console =>
        {
            console.FormatterName = json ? JsonFormatter.FormatterName : LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.Services.AddSingleton<ConsoleFormatter, LineFormatter>();
        logging.Services.AddSingleton<ConsoleFormatter, JsonFormatter>();
    }

    /// <summary>A level as <c>--log-level</c> calls it.</summary>
    public static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
