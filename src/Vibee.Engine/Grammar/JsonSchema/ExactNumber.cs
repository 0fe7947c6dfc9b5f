using System.Globalization;
using System.Numerics;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>A decimal number without rounding: <paramref name="Unscaled"/> / 10^<paramref name="Scale"/>.</summary>
internal readonly record struct ExactNumber(BigInteger Unscaled, int Scale) : IComparable<ExactNumber>
{
    /// <summary>Numbers with more digits than this before or after the point are refused.</summary>
    private const int MaxExponent = 400;

    public static ExactNumber Zero { get; } = new(0, 0);

    public static ExactNumber One { get; } = new(1, 0);

    public bool IsInteger => Scale == 0;

    public int Sign => Unscaled.Sign;

    /// <summary>The digits before the point, without zeros in front; "0" if there are none.</summary>
    public string Whole => Digits.Length > Scale ? Digits[..^Scale] : "0";

    /// <summary>The digits after the point, without zeros at the end.</summary>
    public string Fraction => Digits.Length > Scale ? Digits[^Scale..] : Digits.PadLeft(Scale, '0');

    private string Digits => BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture);

    /// <param name="text">A number as JSON writes it.</param>
    /// <returns>Null if it is too large or too fine.</returns>
    public static ExactNumber? Parse(string text)
    {
        var exponent = 0;
        var mark = text.AsSpan().IndexOfAny('e', 'E');
        if (mark >= 0 && !int.TryParse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            return null;
        var mantissa = mark >= 0 ? text[..mark] : text;
        var point = mantissa.IndexOf('.');
        var scale = point >= 0 ? mantissa.Length - point - 1 : 0;
        if (mantissa.Length > MaxExponent || Math.Abs((long)exponent) > MaxExponent)
            return null;
        var unscaled = BigInteger.Parse(mantissa.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return Normal(unscaled, scale - exponent);
    }

    public ExactNumber Negated() => this with { Unscaled = -Unscaled };

    public int CompareTo(ExactNumber other)
    {
        var scale = Math.Max(Scale, other.Scale);
        return (Unscaled * BigInteger.Pow(10, scale - Scale)).CompareTo(other.Unscaled * BigInteger.Pow(10, scale - other.Scale));
    }

    private static ExactNumber Normal(BigInteger unscaled, int scale)
    {
        if (scale < 0)
            return new ExactNumber(unscaled * BigInteger.Pow(10, -scale), 0);
        while (scale > 0 && unscaled % 10 == 0)
        {
            unscaled /= 10;
            scale--;
        }
        return new ExactNumber(unscaled, scale);
    }
}
