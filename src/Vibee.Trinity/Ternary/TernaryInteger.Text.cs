using System.Diagnostics.CodeAnalysis;

namespace Vibee.Trinity.Ternary;

/// <remarks>
/// Text is the trits, highest first, without leading zeros: "+0-" is 9 − 1 = 8. Format "T" writes "10T" for the
/// same, "D" the decimal "8". Parsing reads both alphabets and any number of leading zeros.
/// </remarks>
public readonly partial record struct TernaryInteger
{
    private const string Signs = "-0+";
    private const string Letters = "T01";

    /// <summary>The value in signs, such as "+0-" for 8.</summary>
    public override string ToString() => ToString(null, null);

    /// <summary>Format "S" or nothing gives signs, "T" the digits 1, 0 and T, "D" decimal digits.</summary>
    /// <exception cref="FormatException">The format is none of these.</exception>
    public string ToString(string? format, IFormatProvider? formatProvider = null)
    {
        Span<char> buffer = stackalloc char[Length];
        return TryFormat(buffer, out var written, format, formatProvider)
            ? buffer[..written].ToString()
            : throw new InvalidOperationException("64 characters hold every format of 64 trits.");
    }

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        if (format is "D" or "d")
            return ((Int128)this).TryFormat(destination, out charsWritten, "D", provider);
        var alphabet = format switch
        {
            "" or "S" or "s" => Signs,
            "T" or "t" => Letters,
            _ => throw new FormatException($"'{format}' is no format of a ternary integer; use S, T or D."),
        };

        var length = Math.Max(1, _trits.SignificantLength);
        charsWritten = 0;
        if (destination.Length < length)
            return false;
        for (var i = length - 1; i >= 0; i--)
            destination[charsWritten++] = alphabet[_trits[i] + 1];
        return true;
    }

    /// <exception cref="FormatException"><paramref name="s"/> is empty or holds something else than trits.</exception>
    /// <exception cref="OverflowException">It has more than 64 trits after leading zeros.</exception>
    public static TernaryInteger Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => Read(s, out var value) switch
    {
        Reading.Fine => value,
        Reading.TooLong => throw new OverflowException("The text has more than 64 trits."),
        _ => throw new FormatException("The text is no balanced ternary integer; write it with +, 0 and - or with 1, 0 and T."),
    };

    public static TernaryInteger Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out TernaryInteger result) =>
        Read(s, out result) == Reading.Fine;

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TernaryInteger result) =>
        TryParse(s.AsSpan(), provider, out result);

    private enum Reading { Fine, Malformed, TooLong }

    private static Reading Read(ReadOnlySpan<char> text, out TernaryInteger value)
    {
        value = default;
        if (text.IsEmpty || text.ContainsAnyExcept("+-01Tt"))
            return Reading.Malformed;
        text = text.TrimStart('0');
        if (text.Length > Length)
            return Reading.TooLong;
        var trits = default(TritWord);
        foreach (var c in text)
        {
            var digit = c switch { '+' or '1' => Trit.Plus, '0' => Trit.Zero, _ => Trit.Minus };
            trits = trits.Up(1).With(0, digit);
        }

        value = new(trits);
        return Reading.Fine;
    }
}
