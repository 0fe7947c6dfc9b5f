using System.Globalization;
using System.Text;

namespace Vibee.Engine.Chat.Jinja.Formatting;

/// <summary>Python's strftime in the C locale, with glibc's %- for numbers without padding.</summary>
internal static class TimeFormat
{
    public static string Format(DateTime time, string format)
    {
        var text = new StringBuilder(format.Length + 16);
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            i++;
            var unpadded = format[i] == '-' && i + 1 < format.Length;
            if (unpadded)
                i++;
            var part = Part(time, format[i]);
            if (part is null)
                text.Append(format, unpadded ? i - 2 : i - 1, unpadded ? 3 : 2);
            else
                text.Append(unpadded && part.Length > 1 ? part.TrimStart('0', ' ') is { Length: > 0 } bare ? bare : "0" : part);
        }
        return text.ToString();
    }

    private static string? Part(DateTime time, char code) => code switch
    {
        'Y' => Number(time.Year, 1),
        'm' => Number(time.Month, 2),
        'd' => Number(time.Day, 2),
        'e' => Number(time.Day, 1).PadLeft(2),
        'H' => Number(time.Hour, 2),
        'I' => Number((time.Hour + 11) % 12 + 1, 2),
        'k' => Number(time.Hour, 1).PadLeft(2),
        'l' => Number((time.Hour + 11) % 12 + 1, 1).PadLeft(2),
        'M' => Number(time.Minute, 2),
        'S' => Number(time.Second, 2),
        'f' => Number(time.Microsecond + time.Millisecond * 1000, 6),
        'y' => Number(time.Year % 100, 2),
        'C' => Number(time.Year / 100, 2),
        'j' => Number(time.DayOfYear, 3),
        'B' => Named(time, "MMMM"),
        'b' or 'h' => Named(time, "MMM"),
        'A' => Named(time, "dddd"),
        'a' => Named(time, "ddd"),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'w' => Number((int)time.DayOfWeek, 1),
        'u' => Number(((int)time.DayOfWeek + 6) % 7 + 1, 1),
        'U' => Number((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2),
        'W' => Number((time.DayOfYear + 6 - ((int)time.DayOfWeek + 6) % 7) / 7, 2),
        'V' => Number(ISOWeek.GetWeekOfYear(time), 2),
        'G' => Number(ISOWeek.GetYear(time), 1),
        'g' => Number(ISOWeek.GetYear(time) % 100, 2),
        'D' or 'x' => Format(time, "%m/%d/%y"),
        'F' => Format(time, "%Y-%m-%d"),
        'T' or 'X' => Format(time, "%H:%M:%S"),
        'R' => Format(time, "%H:%M"),
        'r' => Format(time, "%I:%M:%S %p"),
        'c' => Format(time, "%a %b %e %H:%M:%S %Y"),
        // now() knows no time zone.
        'z' or 'Z' => "",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    private static string Number(int value, int digits) => value.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');

    private static string Named(DateTime time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
