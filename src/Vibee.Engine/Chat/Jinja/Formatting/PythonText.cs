using System.Globalization;
using System.Text;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Formatting;

/// <summary>str() and repr(). Values are at most <see cref="Limits.ValueDepth"/> deep, except through namespaces.</summary>
internal static class PythonText
{
    public static string Str(Rendering rendering, in Value value)
    {
        if (value.IsText)
            return value.AsText;
        rendering.ChargeLongInteger(value);
        if (Scalar(value) is { } text)
            return text;
        var buffer = new OutputBuffer(rendering);
        Write(buffer, value);
        return buffer.ToString();
    }

    public static string Repr(Rendering rendering, in Value value)
    {
        var buffer = new OutputBuffer(rendering);
        WriteRepr(buffer, value, 0);
        return buffer.ToString();
    }

    /// <summary>For messages, where names and numbers are all there is.</summary>
    public static string ShortRepr(in Value value)
    {
        if (!value.IsText)
            return Scalar(value) ?? TypeNames.Of(value);
        var text = new StringBuilder();
        AppendQuoted(text, value.AsText.Length > 200 ? value.AsText[..200] : value.AsText);
        return text.ToString();
    }

    /// <summary>str().</summary>
    public static void Write(OutputBuffer buffer, in Value value)
    {
        if (value.IsText)
            buffer.Append(value.AsText);
        else
            WriteRepr(buffer, value, 0);
    }

    private static void WriteRepr(OutputBuffer buffer, in Value value, int depth)
    {
        if (depth > 2 * Limits.ValueDepth)
            throw Fault.Limit("values are nested too deep to print");
        buffer.Rendering.Charge(1);
        buffer.Rendering.ChargeLongInteger(value);
        switch (value.Kind)
        {
            case ValueKind.Text:
                buffer.Rendering.ChargeScan(value.AsText.Length);
                var quoted = new StringBuilder(value.AsText.Length + 2);
                AppendQuoted(quoted, value.AsText);
                buffer.Append(value.IsSafeText ? $"Markup({quoted})" : quoted.ToString());
                break;
            case ValueKind.List:
                WriteItems(buffer, '[', value.AsList.Items, "]", depth);
                break;
            case ValueKind.Tuple:
                WriteItems(buffer, '(', value.AsList.Items, value.AsList.Count == 1 ? ",)" : ")", depth);
                break;
            case ValueKind.Dict:
                WriteDict(buffer, value.AsDict, depth);
                break;
            case ValueKind.DictView:
                buffer.Append(TypeNames.Of(value));
                buffer.Append('(');
                WriteItems(buffer, '[', value.AsDictView.Items().ToArray(), "])", depth);
                break;
            case ValueKind.Object when value.AsObject is NamespaceValue names:
                buffer.Append("<Namespace {");
                var first = true;
                foreach (var (name, item) in names.Items)
                    WritePair(buffer, Value.From(name), item, ref first, depth);
                buffer.Append("}>");
                break;
            default:
                buffer.Append(Scalar(value) ?? $"<{TypeNames.Of(value)} object>");
                break;
        }
    }

    private static string? Scalar(in Value value) => value.Kind switch
    {
        ValueKind.None => "None",
        ValueKind.Undefined or ValueKind.Missing => "",
        ValueKind.Bool => value.AsInt != 0 ? "True" : "False",
        ValueKind.Int => value.AsInt.ToString(CultureInfo.InvariantCulture),
        ValueKind.BigInt => value.AsBigInteger.ToString(CultureInfo.InvariantCulture),
        ValueKind.Float => PythonFloat.Repr(value.AsDouble),
        ValueKind.Range => RangeText(value.AsRange),
        ValueKind.Object when value.AsObject is not NamespaceValue => value.AsObject.ToString(),
        _ => null,
    };

    private static string RangeText(RangeValue range) => range.Step == 1
        ? string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop})")
        : string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}, {range.Step})");

    private static void WriteItems(OutputBuffer buffer, char open, ReadOnlySpan<Value> items, string close, int depth)
    {
        buffer.Append(open);
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0)
                buffer.Append(", ");
            WriteItem(buffer, items[i], depth);
        }
        buffer.Append(close);
    }

    private static void WriteDict(OutputBuffer buffer, DictValue dict, int depth)
    {
        buffer.Append('{');
        var first = true;
        foreach (var (key, item) in dict.Items)
            WritePair(buffer, key, item, ref first, depth);
        buffer.Append('}');
    }

    private static void WritePair(OutputBuffer buffer, in Value key, in Value item, ref bool first, int depth)
    {
        if (!first)
            buffer.Append(", ");
        first = false;
        WriteItem(buffer, key, depth);
        buffer.Append(": ");
        WriteItem(buffer, item, depth);
    }

    private static void WriteItem(OutputBuffer buffer, in Value item, int depth)
    {
        // Undefined prints as nothing, but within a list as itself.
        if (item.IsUndefined)
            buffer.Append("Undefined");
        else
            WriteRepr(buffer, item, depth + 1);
    }

    /// <summary>In single quotes, unless it holds some and no double ones.</summary>
    private static void AppendQuoted(StringBuilder target, string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        target.Append(quote);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]))
            {
                AppendRune(target, new Rune(c, text[++i]));
                continue;
            }
            switch (c)
            {
                case '\n': target.Append("\\n"); break;
                case '\r': target.Append("\\r"); break;
                case '\t': target.Append("\\t"); break;
                case '\\': target.Append("\\\\"); break;
                case var _ when c == quote: target.Append('\\').Append(c); break;
                case var _ when IsPrintable(CharUnicodeInfo.GetUnicodeCategory(c), c): target.Append(c); break;
                case <= '\xff': target.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture)); break;
                default: target.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)); break;
            }
        }
        target.Append(quote);
    }

    private static void AppendRune(StringBuilder target, Rune rune)
    {
        if (IsPrintable(Rune.GetUnicodeCategory(rune), 'x'))
            target.Append(rune.ToString());
        else
            target.Append("\\U").Append(rune.Value.ToString("x8", CultureInfo.InvariantCulture));
    }

    private static bool IsPrintable(UnicodeCategory category, char c) => c == ' ' || category is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
