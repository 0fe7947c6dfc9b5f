using System.Globalization;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Formatting;

/// <summary>
/// Python's json.dumps, which is what tojson means to a chat template: spaces after separators, no HTML escapes.
/// System.Text.Json cannot be made to write it.
/// </summary>
internal sealed class JsonText(OutputBuffer buffer, JsonStyle style)
{
    public void Write(in Value value) => Write(value, 0);

    private void Write(in Value value, int level)
    {
        buffer.Rendering.Charge(1);
        buffer.Rendering.ChargeLongInteger(value);
        switch (value.Kind)
        {
            case ValueKind.None:
                buffer.Append("null");
                break;
            case ValueKind.Bool:
                buffer.Append(value.AsInt != 0 ? "true" : "false");
                break;
            case ValueKind.Int:
                buffer.Append(value.AsInt.ToString(CultureInfo.InvariantCulture));
                break;
            case ValueKind.BigInt:
                buffer.Append(value.AsBigInteger.ToString(CultureInfo.InvariantCulture));
                break;
            case ValueKind.Float:
                buffer.Append(Float(value.AsDouble));
                break;
            case ValueKind.Text:
                WriteText(value.AsText);
                break;
            case ValueKind.List or ValueKind.Tuple:
                WriteList(value.AsList, level);
                break;
            case ValueKind.Dict:
                WriteDict(value.AsDict, level);
                break;
            default:
                throw Fault.Runtime($"Object of type {TypeNames.Of(value)} is not JSON serializable");
        }
    }

    private void WriteList(ListValue list, int level)
    {
        if (list.Count == 0)
        {
            buffer.Append("[]");
            return;
        }
        buffer.Append('[');
        for (var i = 0; i < list.Count; i++)
        {
            Separate(i > 0, level + 1);
            Write(list[i], level + 1);
        }
        BreakLine(level);
        buffer.Append(']');
    }

    private void WriteDict(DictValue dict, int level)
    {
        if (dict.Count == 0)
        {
            buffer.Append("{}");
            return;
        }
        buffer.Append('{');
        var isFirst = true;
        foreach (var (key, item) in style.SortKeys ? Sorted(dict) : dict.Items)
        {
            Separate(!isFirst, level + 1);
            isFirst = false;
            WriteText(KeyText(key));
            buffer.Append(style.KeySeparator);
            Write(item, level + 1);
        }
        BreakLine(level);
        buffer.Append('}');
    }

    private IEnumerable<KeyValuePair<Value, Value>> Sorted(DictValue dict) =>
        Library.Ordering.Sort(buffer.Rendering, dict.Items, pair => pair.Key, descending: false);

    private void Separate(bool follows, int level)
    {
        if (follows)
            buffer.Append(style.ItemSeparator);
        BreakLine(level);
    }

    private void BreakLine(int level)
    {
        if (style.Indent is null)
            return;
        buffer.Append('\n');
        for (; level > 0; level--)
            buffer.Append(style.Indent);
    }

    private static string KeyText(in Value key) => key.Kind switch
    {
        ValueKind.Text => key.AsText,
        ValueKind.None => "null",
        ValueKind.Bool => key.AsInt != 0 ? "true" : "false",
        ValueKind.Int => key.AsInt.ToString(CultureInfo.InvariantCulture),
        ValueKind.BigInt => key.AsBigInteger.ToString(CultureInfo.InvariantCulture),
        ValueKind.Float => Float(key.AsDouble),
        _ => throw Fault.Runtime($"keys must be str, int, float, bool or None, not {TypeNames.Of(key)}"),
    };

    private static string Float(double value) => double.IsFinite(value)
        ? PythonFloat.Repr(value)
        : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    private void WriteText(string text)
    {
        buffer.Rendering.ChargeScan(text.Length);
        buffer.Append('"');
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is >= ' ' and not ('"' or '\\') and (<= '~' or '\x7f') || (text[i] > '\x7f' && !style.AsciiOnly))
                continue;
            buffer.Append(text.AsSpan(written, i - written));
            written = i + 1;
            buffer.Append(Escape(text[i]));
        }
        buffer.Append(text.AsSpan(written));
        buffer.Append('"');
    }

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => @"\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\f' => "\\f",
        '\b' => "\\b",
        _ => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
    };
}

// AsciiOnly: ensure_ascii: everything else as \u escapes.
// Indent: What one level is indented by; null for a single line.
internal sealed record JsonStyle(
    bool AsciiOnly, string? Indent, string ItemSeparator, string KeySeparator, bool SortKeys);
