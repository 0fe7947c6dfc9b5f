using System.Globalization;
using System.Numerics;
using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Filters on single values: numbers, defaults, JSON.</summary>
internal static class ValueFilters
{
    /// <summary>In any base that is worth writing: 2.</summary>
    private const int MaxDigits = Limits.IntegerBits;

    public static Builtin[] All { get; } =
    [
        new("default", "default_value? boolean?", (_, self, a) =>
            self.IsUndefined || (a.Positional[1].AsBool(false) && !self.IsTrue)
                ? a.Positional[0].IsMissing ? Value.EmptyText : a.Positional[0]
                : self),
        new("int", "default? base?", (r, self, a) => ToInt(r, self,
            a.Positional[0].IsMissing ? Value.From(0) : a.Positional[0], a.Positional[1].AsIndex(10))),
        new("float", "default?", (r, self, a) => ToFloat(r, self,
            a.Positional[0].IsMissing ? Value.From(0.0) : a.Positional[0])),
        new("abs", "", (_, self, _) => !self.IsNumber
            ? throw Fault.Runtime($"bad operand type for abs(): '{TypeNames.Of(self)}'")
            : self.Kind == ValueKind.Float
                ? Value.From(Math.Abs(self.AsDouble))
                : Value.From(BigInteger.Abs(self.AsBigInteger))),
        new("round", "precision? method?", (_, self, a) => Round(self, a)),
        new("filesizeformat", "binary?", (r, self, a) => Value.From(FileSize(r, self, a.Positional[0].AsBool(false)))),
        new("attr", "name", (r, self, a) => Attribute(r, self, PythonText.Str(r, a.Positional[0]))),
        new("tojson", "ensure_ascii? indent? separators? sort_keys?", (r, self, a) =>
        {
            var buffer = new OutputBuffer(r);
            new JsonText(buffer, Style(a)).Write(self);
            return Value.From(buffer.ToString());
        }),
        new("pprint", "", (r, self, _) => Value.From(PythonText.Repr(r, self))),
    ];

    private static JsonStyle Style(in Arguments arguments)
    {
        var indent = arguments.Positional[1];
        var separators = arguments.Positional[2];
        var style = new JsonStyle(
            arguments.Positional[0].AsBool(false),
            indent.IsMissing || indent.IsNone ? null : indent.IsText ? indent.AsText : new string(' ', indent.AsWidth()),
            indent.IsMissing || indent.IsNone ? ", " : ",",
            ": ",
            arguments.Positional[3].AsBool(false));
        if (separators.IsMissing || separators.IsNone)
            return style;
        return separators.Kind is ValueKind.List or ValueKind.Tuple && separators.AsList.Items is [var item, var key]
            ? style with { ItemSeparator = item.AsString("a separator"), KeySeparator = key.AsString("a separator") }
            : throw Fault.Runtime("separators must be a pair of strings");
    }

    private static Value ToInt(Rendering rendering, in Value value, in Value absent, int radix)
    {
        switch (value.Kind)
        {
            case ValueKind.Bool or ValueKind.Int or ValueKind.BigInt:
                return Value.From(value.AsBigInteger);
            case ValueKind.Float:
                return double.IsFinite(value.AsDouble) ? Value.From(new BigInteger(value.AsDouble)) : absent;
            case ValueKind.Text:
                return ParseInt(Unscored(rendering, value.AsText), radix) ?? (double.TryParse(Unscored(rendering, value.AsText), NumberStyles.Float,
                    CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                        ? Value.From(new BigInteger(number))
                        : absent);
            case ValueKind.Undefined:
                throw value.AsUndefined.Fault();
            default:
                return absent;
        }
    }

    private static Value? ParseInt(string text, int radix)
    {
        if (text.Length is 0 or > MaxDigits || radix is < 2 or > 36)
            return null;
        if (radix == 10)
        {
            return BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? Value.From(number)
                : null;
        }
        var isNegative = text[0] == '-';
        text = text.TrimStart('-', '+').ToLowerInvariant();
        var prefix = radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => null };
        if (prefix is not null && text.StartsWith(prefix, StringComparison.Ordinal))
            text = text[2..];
        var value = BigInteger.Zero;
        foreach (var c in text)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetterLower(c) ? c - 'a' + 10 : radix;
            if (digit >= radix)
                return null;
            value = value * radix + digit;
        }
        return text.Length == 0 ? null : Value.From(isNegative ? -value : value);
    }

    private static string Unscored(Rendering rendering, string text)
    {
        var trimmed = TextMethods.Strip(rendering, text, null);
        rendering.ChargeScan(2 * trimmed.Length);
        return trimmed.Contains("__") || trimmed.StartsWith('_') || trimmed.EndsWith('_') ? "_" : trimmed.Replace("_", "");
    }

    private static Value ToFloat(Rendering rendering, in Value value, in Value absent)
    {
        if (value.IsNumber)
            return Value.From(value.AsDouble);
        if (value.IsUndefined)
            throw value.AsUndefined.Fault();
        if (!value.IsText)
            return absent;
        var text = Unscored(rendering, value.AsText);
        return text.ToLowerInvariant().TrimStart('+', '-') switch
        {
            "inf" or "infinity" => Value.From(text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity),
            "nan" => Value.From(double.NaN),
            _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? Value.From(number)
                : absent,
        };
    }

    private static Value Round(in Value value, in Arguments arguments)
    {
        var method = arguments.Positional[1].AsOptionalString("method") ?? "common";
        var precision = Math.Clamp(arguments.Positional[0].AsIndex(), -300, 300);
        if (method is not ("common" or "ceil" or "floor"))
            throw Fault.Runtime("method must be common, ceil or floor");
        if (!value.IsNumber)
            throw Fault.Runtime($"type {TypeNames.Of(value)} doesn't define __round__ method");
        if (value.IsInteger && method == "common" && precision >= 0)
            return Value.From(value.AsBigInteger);
        if (value.IsInteger && method == "common")
            return RoundInteger(value.AsBigInteger, BigInteger.Pow(10, -precision));
        var scale = Math.Pow(10, precision);
        var number = value.AsDouble;
        if (!double.IsFinite(number) || double.IsInfinity(number * scale))
            return value;
        return Value.From(method switch
        {
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            // Python rounds what is written, 2.675 as 2.67499…; doubles print exactly, so the text decides.
            _ when precision is >= 0 and <= 15 => double.Parse(number.ToString("F" + precision, CultureInfo.InvariantCulture),
                CultureInfo.InvariantCulture) is var rounded && IsTie(number, precision)
                    ? Math.Round(number, precision, MidpointRounding.ToEven)
                    : rounded,
            _ => Math.Round(number * scale, MidpointRounding.ToEven) / scale,
        });
    }

    private static Value RoundInteger(BigInteger number, BigInteger unit)
    {
        var quotient = BigInteger.DivRem(BigInteger.Abs(number), unit, out var rest);
        if (rest * 2 > unit || (rest * 2 == unit && !quotient.IsEven))
            quotient++;
        return Value.From(number.Sign * quotient * unit);
    }

    /// <summary>Exactly in the middle: only halves, quarters and so on can be.</summary>
    private static bool IsTie(double number, int precision)
    {
        var digits = Math.Abs(number).ToString("F" + (precision + 40), CultureInfo.InvariantCulture);
        var tail = digits.AsSpan(digits.IndexOf('.') + 1 + precision);
        return tail[0] == '5' && tail[1..].Trim('0').IsEmpty;
    }

    private static string FileSize(Rendering rendering, in Value value, bool binary)
    {
        var bytes = ToFloat(rendering, value, Value.From(0.0)).AsDouble;
        var (unit, names) = binary
            ? (1024.0, new[] { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB" })
            : (1000.0, new[] { "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB" });
        if (bytes == 1)
            return "1 Byte";
        if (bytes < unit)
            return string.Create(CultureInfo.InvariantCulture, $"{(long)bytes} Bytes");
        var index = 0;
        for (bytes /= unit; bytes >= unit && index < names.Length - 1; index++)
            bytes /= unit;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:F1} {names[index]}");
    }

    /// <summary>An attribute only: never an item, unlike the dot.</summary>
    private static Value Attribute(Rendering rendering, in Value self, string name)
    {
        var key = Value.From(name);
        if (self.Kind == ValueKind.Dict && self.AsDict.Contains(rendering, key) && Methods.Find(ValueKind.Dict, name) is null)
            return Value.Undefined(UndefinedReason.Member(self, key));
        return Attributes.Get(rendering, self, name);
    }
}
