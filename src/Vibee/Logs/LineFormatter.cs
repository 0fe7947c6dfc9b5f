using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Vibee.Logs;

/// <summary>Lines for people.</summary>
internal sealed class LineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter writer)
    {
        writer.WriteLine($"{DateTime.Now:HH:mm:ss} {Logging.NameOf(entry.LogLevel)} {OneLine(entry.Formatter(entry.State, entry.Exception))}");
        if (entry.Exception is not null)
            writer.WriteLine(entry.Exception);
    }

    // A message may quote what a client sent; it must not be able to write lines of its own.
    private static string OneLine(string message) =>
        message.Any(char.IsControl) ? new string([.. message.Select(character => char.IsControl(character) ? ' ' : character)]) : message;
}
