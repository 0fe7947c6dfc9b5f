using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Vibee.Logs;

/// <summary>Lines for machines: each a flat JSON object of <c>time</c> (UTC), <c>level</c>, <c>category</c>, <c>message</c>, the
/// values in the message by their names, and where there are any <c>exception</c>, <c>trace_id</c>, <c>span_id</c>.</summary>
/// <remarks>The framework's own JSON lines have the values one level down and the message twice.</remarks>
internal sealed class JsonFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "vibee-json";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter writer)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", DateTime.UtcNow);
            json.WriteString("level", Logging.NameOf(entry.LogLevel));
            json.WriteString("category", entry.Category);
            json.WriteString("message", entry.Formatter(entry.State, entry.Exception));
            if (entry.State is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                foreach (var (name, value) in values)
                {
                    if (name != "{OriginalFormat}")
                        Write(json, JsonNamingPolicy.SnakeCaseLower.ConvertName(name), value);
                }
            }

            if (entry.Exception is not null)
                json.WriteString("exception", entry.Exception.ToString());
            if (Activity.Current is { } activity)
            {
                json.WriteString("trace_id", activity.TraceId.ToString());
                json.WriteString("span_id", activity.SpanId.ToString());
            }

            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
