using System.Globalization;
using System.Numerics;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Formatting;

/// <summary>[[fill]align][sign][#][0][width][,][.precision][type], as in "{:>8.2f}".</summary>
internal readonly record struct FormatSpec(
    char Fill, char Align, char Sign, bool Alternate, int Width, char Grouping, int Precision, char Type)
{
    public static FormatSpec Plain { get; } = new(' ', '\0', '-', false, 0, '\0', -1, '\0');

    public static FormatSpec Parse(string spec)
    {
        var (fill, align, sign, alternate, grouping) = (' ', '\0', '-', false, '\0');
        var i = 0;
        if (spec.Length > 1 && spec[1] is '<' or '>' or '^' or '=')
            (fill, align, i) = (spec[0], spec[1], 2);
        else if (spec.Length > 0 && spec[0] is '<' or '>' or '^' or '=')
            (align, i) = (spec[0], 1);
        if (i < spec.Length && spec[i] is '+' or '-' or ' ')
            sign = spec[i++];
        if (i < spec.Length && spec[i] == '#')
            (alternate, i) = (true, i + 1);
        if (i < spec.Length && spec[i] == '0')
        {
            if (align == '\0')
                (fill, align) = ('0', '=');
            i++;
        }
        var width = ReadNumber(spec, ref i);
        if (i < spec.Length && spec[i] is ',' or '_')
            grouping = spec[i++];
        var precision = -1;
        if (i < spec.Length && spec[i] == '.')
        {
            i++;
            precision = ReadNumber(spec, ref i);
        }
        var type = i < spec.Length ? spec[i++] : '\0';
        return i == spec.Length
            ? new FormatSpec(fill, align, sign, alternate, width, grouping, precision, type)
            : throw Fault.Runtime("Invalid format specifier");
    }

    public string Apply(Rendering rendering, in Value value)
    {
        rendering.ChargeLongInteger(value);
        rendering.ChargeScan(Width + Math.Max(Precision, 0));
        if (!value.IsNumber || (value.Kind == ValueKind.Bool && Type is '\0' or 's'))
        {
            var text = PythonText.Str(rendering, value);
            if (Precision >= 0 && Precision < TextIndex.Length(text))
                text = text[..TextIndex.ToUnits(text, Precision)];
            return Type is '\0' or 's' ? Pad(text, '<') : throw Unknown(value);
        }
        if (Type is '\0' && value.IsInteger || Type is 'd' or 'x' or 'X' or 'o' or 'b' or 'c' or 'n')
            return value.IsInteger ? FormatInteger(value.AsBigInteger) : throw Unknown(value);
        return FormatFloat(value);
    }

    private static int ReadNumber(string spec, ref int i)
    {
        long number = 0;
        for (; i < spec.Length && char.IsAsciiDigit(spec[i]); i++)
            number = Math.Min(number * 10 + (spec[i] - '0'), int.MaxValue);
        return number <= Limits.FieldWidth
            ? (int)number
            : throw Fault.Limit($"a width is larger than {Limits.FieldWidth}");
    }

    private string FormatInteger(BigInteger value)
    {
        if (Type == 'c')
        {
            return value >= 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF)
                ? Pad(char.ConvertFromUtf32((int)value), '<')
                : throw Fault.Runtime("%c arg not in range(0x110000)");
        }
        var magnitude = BigInteger.Abs(value);
        var digits = Type switch
        {
            'x' => InBase(magnitude, 16),
            'X' => InBase(magnitude, 16).ToUpperInvariant(),
            'o' => InBase(magnitude, 8),
            'b' => InBase(magnitude, 2),
            _ => magnitude.ToString(CultureInfo.InvariantCulture),
        };
        if (Grouping != '\0')
            digits = Group(digits);
        var prefix = Alternate && Type is 'x' or 'X' or 'o' or 'b' ? "0" + Type : "";
        return PadNumber(value.Sign < 0, prefix, digits);
    }

    private string FormatFloat(in Value value)
    {
        var number = value.AsDouble;
        var magnitude = Math.Abs(number);
        var precision = Precision < 0 ? 6 : Precision;
        var culture = CultureInfo.InvariantCulture;
        var digits = !double.IsFinite(number)
            ? PythonFloat.Repr(magnitude)
            : Type switch
            {
                'f' or 'F' => magnitude.ToString("F" + precision, culture),
                '%' => (magnitude * 100).ToString("F" + precision, culture) + "%",
                'e' or 'E' => Exponent(magnitude.ToString((Type == 'e' ? "e" : "E") + precision, culture)),
                'g' or 'G' => General(magnitude, Math.Max(precision, 1)),
                '\0' when Precision < 0 => PythonFloat.Repr(magnitude),
                '\0' => General(magnitude, Math.Max(precision, 1)),
                _ => throw Unknown(value),
            };
        if (Grouping != '\0')
        {
            var dot = digits.IndexOfAny(['.', 'e', '%']);
            digits = dot < 0 ? Group(digits) : Group(digits[..dot]) + digits[dot..];
        }
        return PadNumber(double.IsNegative(number), "", digits);
    }

    private static string General(double magnitude, int precision)
    {
        var scientific = magnitude.ToString("e" + (precision - 1), CultureInfo.InvariantCulture);
        var e = scientific.IndexOf('e');
        var exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= precision)
            return Exponent(TrimZeros(scientific[..e]) + scientific[e..]);
        return TrimZeros(magnitude.ToString("F" + (precision - 1 - exponent), CultureInfo.InvariantCulture));
    }

    private static string TrimZeros(string digits) => digits.Contains('.') ? digits.TrimEnd('0').TrimEnd('.') : digits;

    /// <summary>Two digits at least, where .NET writes three.</summary>
    private static string Exponent(string text)
    {
        var e = text.LastIndexOfAny(['e', 'E']);
        return text[..(e + 2)] + text[(e + 2)..].TrimStart('0').PadLeft(2, '0');
    }

    private static string InBase(BigInteger value, int radix)
    {
        if (value.IsZero)
            return "0";
        var digits = new Stack<char>();
        for (; !value.IsZero; value /= radix)
            digits.Push("0123456789abcdef"[(int)(value % radix)]);
        return new string([.. digits]);
    }

    private string Group(string digits)
    {
        for (var i = digits.Length - 3; i > 0; i -= 3)
            digits = digits.Insert(i, Grouping.ToString());
        return digits;
    }

    private string PadNumber(bool isNegative, string prefix, string digits)
    {
        var sign = (isNegative ? "-" : Sign == '-' ? "" : Sign.ToString()) + prefix;
        return Align == '='
            ? sign + digits.PadLeft(Math.Max(Width - sign.Length, 0), Fill)
            : Pad(sign + digits, '>');
    }

    private string Pad(string text, char side)
    {
        var missing = Width - TextIndex.Length(text);
        if (missing <= 0)
            return text;
        return (Align == '\0' ? side : Align) switch
        {
            '<' => text + new string(Fill, missing),
            '^' => new string(Fill, missing / 2) + text + new string(Fill, missing - missing / 2),
            _ => new string(Fill, missing) + text,
        };
    }

    private TemplateException Unknown(in Value value) =>
        Fault.Runtime($"Unknown format code '{Type}' for object of type '{TypeNames.Of(value)}'");
}
