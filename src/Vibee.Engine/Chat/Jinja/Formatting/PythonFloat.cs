using System.Globalization;

namespace Vibee.Engine.Chat.Jinja.Formatting;

/// <summary>repr(float): the shortest digits that read back the same, with an exponent below 1e-4 and from 1e16.</summary>
internal static class PythonFloat
{
    public static string Repr(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";

        // .NET finds the same digits; only the layout differs.
        var (negative, digits, exponent) = Digits(value);
        var sign = negative ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length <= exponent + 1
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>value = ±d.ddd × 10^exponent, without zeros at the end of the digits.</summary>
    private static (bool Negative, string Digits, int Exponent) Digits(double value)
    {
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var end = shortest.IndexOf('E');
        var mantissa = (end < 0 ? shortest : shortest[..end]).Replace("-", "").Replace(".", "").TrimStart('0').TrimEnd('0');
        return (double.IsNegative(value), mantissa.Length == 0 ? "0" : mantissa, value == 0 ? 0 : exponent);
    }
}
