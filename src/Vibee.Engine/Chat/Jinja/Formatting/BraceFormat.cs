using System.Globalization;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Formatting;

/// <summary>"{} {0.name} {key[item]!r:>8}".format(...), with attributes as the sandbox allows them.</summary>
internal sealed class BraceFormat(Rendering rendering, Arguments arguments)
{
    private int _next;

    public string Format(string format) => Format(format, 2);

    private string Format(string format, int levels)
    {
        var buffer = new OutputBuffer(rendering);
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c)
            {
                buffer.Append(c);
                i++;
            }
            else if (c == '{')
            {
                var end = FindEnd(format, i + 1);
                buffer.Append(FormatField(format[(i + 1)..end], levels));
                i = end;
            }
            else if (c == '}')
            {
                throw Fault.Runtime("Single '}' encountered in format string");
            }
            else
            {
                buffer.Append(c);
            }
        }
        return buffer.ToString();
    }

    private static int FindEnd(string format, int start)
    {
        var open = 1;
        for (var i = start; i < format.Length; i++)
        {
            open += format[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (open == 0)
                return i;
        }
        throw Fault.Runtime("expected '}' before end of string");
    }

    private string FormatField(string field, int levels)
    {
        if (levels == 0)
            throw Fault.Runtime("Max string recursion exceeded");
        var spec = "";
        // A colon within brackets is part of a key.
        var nameEnd = field.IndexOfAny(['!', ':', '[']);
        if (nameEnd >= 0 && field[nameEnd] == '[')
            nameEnd = field.IndexOfAny(['!', ':'], Math.Max(field.LastIndexOf(']'), nameEnd));
        var name = nameEnd < 0 ? field : field[..nameEnd];
        var conversion = '\0';
        if (nameEnd >= 0 && field[nameEnd] == '!' && nameEnd + 1 < field.Length)
        {
            conversion = field[nameEnd + 1];
            nameEnd = nameEnd + 2 < field.Length && field[nameEnd + 2] == ':' ? nameEnd + 2 : -1;
        }

        // Before the fields within the specification: they count on from it.
        var value = Resolve(name);
        if (nameEnd >= 0)
            spec = Format(field[(nameEnd + 1)..], levels - 1);
        if (conversion is 'r' or 'a')
            value = Value.From(PythonText.Repr(rendering, value));
        else if (conversion == 's')
            value = Value.From(PythonText.Str(rendering, value));
        else if (conversion != '\0')
            throw Fault.Runtime($"Unknown conversion specifier {conversion}");
        return FormatSpec.Parse(spec).Apply(rendering, value);
    }

    private Value Resolve(string name)
    {
        var end = name.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? name : name[..end];
        Value value;
        if (first.Length == 0 || int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            var index = first.Length == 0 ? _next++ : int.Parse(first, CultureInfo.InvariantCulture);
            value = index < arguments.Positional.Length
                ? arguments.Positional[index]
                : throw Fault.Runtime($"Replacement index {index} out of range for positional args tuple");
        }
        else
        {
            value = arguments.Find(first);
            if (value.IsMissing)
                throw Fault.Runtime($"'{first}'");
        }

        for (var i = first.Length; i < name.Length;)
        {
            if (name[i] == '.')
            {
                var stop = name.AsSpan(i + 1).IndexOfAny('.', '[') is var next and >= 0 ? i + 1 + next : name.Length;
                value = Attributes.Get(rendering, value, name[(i + 1)..stop]);
                i = stop;
            }
            else
            {
                var stop = name.IndexOf(']', i);
                if (name[i] != '[' || stop < 0)
                    throw Fault.Runtime("Missing ']' in format string");
                var key = name[(i + 1)..stop];
                value = Attributes.GetItem(rendering, value,
                    long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                        ? Value.From(index)
                        : Value.From(key));
                i = stop + 1;
            }
        }
        return value;
    }
}
