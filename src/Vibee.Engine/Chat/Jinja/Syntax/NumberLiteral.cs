using System.Globalization;
using System.Numerics;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>Numbers as Python spells them: 0x1f, 0b1, 0o7, 1_000, 1.5, 2e-3. A dot needs digits on both sides.</summary>
internal static class NumberLiteral
{
    public static int Measure(ReadOnlySpan<char> text, out bool isFloat)
    {
        isFloat = false;
        if (text.Length > 2 && text[0] == '0' && Radix(text[1]) is var radix and > 0)
        {
            var end = 2;
            while (end < text.Length && (text[end] == '_' || IsDigit(text[end], radix)))
                end++;
            return end > 2 ? end : 1;
        }
        var length = Digits(text);
        if (length + 1 < text.Length && text[length] == '.' && char.IsAsciiDigit(text[length + 1]))
        {
            isFloat = true;
            length += 1 + Digits(text[(length + 1)..]);
        }
        var exponent = length;
        if (exponent < text.Length && text[exponent] is 'e' or 'E')
        {
            exponent++;
            if (exponent < text.Length && text[exponent] is '+' or '-')
                exponent++;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                isFloat = true;
                length = exponent + Digits(text[exponent..]);
            }
        }
        // A zero in front of other digits is a number of its own, and then a mistake.
        return isFloat || text[0] != '0' ? length : length - text[..length].TrimStart("0_").Length;
    }

    public static Value Parse(in Token token)
    {
        var digits = token.Text.Replace("_", "");
        if (token.Kind == TokenKind.Float)
            return Value.From(double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture));
        if (digits.Length > Limits.IntegerBits)
            throw Fault.Syntax($"an integer has more than {Limits.IntegerBits} digits", token.At);
        if (digits.Length < 3 || Radix(digits[1]) is not (var radix and > 0))
            return Value.From(BigInteger.Parse(digits, CultureInfo.InvariantCulture));
        var value = BigInteger.Zero;
        foreach (var digit in digits.AsSpan(2))
            value = value * radix + Convert.ToInt32(digit.ToString(), 16);
        return Value.From(value);
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || (text[length] == '_'
            && length > 0 && length + 1 < text.Length && char.IsAsciiDigit(text[length + 1]))))
            length++;
        return length;
    }

    private static int Radix(char c) => char.ToLowerInvariant(c) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };

    private static bool IsDigit(char c, int radix) =>
        radix == 16 ? char.IsAsciiHexDigit(c) : c >= '0' && c < '0' + radix;
}
