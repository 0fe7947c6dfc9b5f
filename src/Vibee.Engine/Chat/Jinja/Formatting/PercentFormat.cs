using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Formatting;

/// <summary>"%s and %05.2f" % values.</summary>
internal static class PercentFormat
{
    // values: A tuple, or a single value, or a dict for "%(name)s".
    // arguments: Instead of a tuple, when not null.
    public static string Format(Rendering rendering, string format, in Value values, Value[]? arguments)
    {
        var given = arguments ?? (values.Kind == ValueKind.Tuple ? values.AsList.Array : [values]);
        var buffer = new OutputBuffer(rendering);
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                buffer.Append(format[i]);
                continue;
            }
            i++;
            Value? named = null;
            if (i < format.Length && format[i] == '(')
            {
                var end = format.IndexOf(')', i);
                if (end < 0 || values.Kind != ValueKind.Dict)
                    throw Fault.Runtime("format requires a mapping");
                var key = Value.From(format[(i + 1)..end]);
                named = values.AsDict.TryGet(rendering, key, out var item) ? item : throw Fault.Runtime(PythonText.ShortRepr(key));
                next = given.Length;
                i = end + 1;
            }
            var spec = ReadSpec(format, ref i);
            if (spec.Type == '%')
                buffer.Append('%');
            else if (named is { } value)
                buffer.Append(FormatOne(rendering, spec, value));
            else
                buffer.Append(FormatOne(rendering, spec, next < given.Length
                    ? given[next++]
                    : throw Fault.Runtime("not enough arguments for format string")));
        }
        if (next < given.Length && !(arguments is null && values.Kind is ValueKind.Dict))
            throw Fault.Runtime("not all arguments converted during string formatting");
        return buffer.ToString();
    }

    private static FormatSpec ReadSpec(string format, ref int i)
    {
        var spec = FormatSpec.Plain with { Align = '>' };
        for (; i < format.Length && format[i] is '-' or '+' or ' ' or '0' or '#'; i++)
        {
            spec = format[i] switch
            {
                '-' => spec with { Align = '<', Fill = ' ' },
                '+' => spec with { Sign = '+' },
                ' ' => spec.Sign == '+' ? spec : spec with { Sign = ' ' },
                '0' => spec.Align == '<' ? spec : spec with { Align = '=', Fill = '0' },
                _ => spec with { Alternate = true },
            };
        }
        var start = i;
        while (i < format.Length && (char.IsAsciiDigit(format[i]) || format[i] == '.'))
            i++;
        if (i == format.Length)
            throw Fault.Runtime("incomplete format");
        var sizes = FormatSpec.Parse(format[start..i]);
        return spec with { Width = sizes.Width, Precision = sizes.Precision, Type = format[i] };
    }

    private static string FormatOne(Rendering rendering, FormatSpec spec, in Value value)
    {
        switch (spec.Type)
        {
            case 's' or 'r' or 'a':
                var text = spec.Type == 's' ? PythonText.Str(rendering, value) : PythonText.Repr(rendering, value);
                return (spec with { Type = 's', Align = spec.Align == '=' ? '>' : spec.Align, Fill = ' ' })
                    .Apply(rendering, Value.From(text));
            case 'd' or 'i' or 'u':
                RequireNumber(value, spec.Type);
                var whole = value.Kind == ValueKind.Float
                    ? Value.From(new System.Numerics.BigInteger(value.AsDouble))
                    : value;
                return (spec with { Type = 'd' }).Apply(rendering, whole);
            case 'c' when value.IsText:
                return (spec with { Type = 's' }).Apply(rendering, value);
            case 'x' or 'X' or 'o' or 'c' or 'f' or 'F' or 'e' or 'E' or 'g' or 'G':
                RequireNumber(value, spec.Type);
                return spec.Apply(rendering, value);
            default:
                throw Fault.Runtime($"unsupported format character '{spec.Type}'");
        }
    }

    private static void RequireNumber(in Value value, char type)
    {
        if (!value.IsNumber || (value.Kind == ValueKind.Float && !double.IsFinite(value.AsDouble) && type is 'd' or 'i' or 'u'))
            throw Fault.Runtime($"%{type} format: a real number is required, not {TypeNames.Of(value)}");
    }
}
