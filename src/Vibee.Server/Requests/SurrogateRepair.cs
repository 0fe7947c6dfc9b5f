using System.Globalization;

namespace Vibee.Server.Requests;

/// <summary>
/// Replaces <c>\uD83D</c> without its other half by <c>\uFFFD</c> in JSON text. Clients that cut a string between the
/// halves of an emoji send such; the JSON reader would throw wherever the string is read.
/// </summary>
internal static class SurrogateRepair
{
    private const int EscapeLength = 6; // \uXXXX

    public static void Apply(Span<byte> json)
    {
        for (var i = 0; ;)
        {
            var next = json[i..].IndexOf((byte)'\\');
            if (next < 0)
                return;
            i += next;
            if (CodeUnit(json[i..]) is not { } first)
            {
                i = Math.Min(i + 2, json.Length);
                continue;
            }

            var isPair = char.IsHighSurrogate(first)
                && CodeUnit(json[(i + EscapeLength)..]) is { } second && char.IsLowSurrogate(second);
            if (!isPair && char.IsSurrogate(first))
                "\\ufffd"u8.CopyTo(json[i..]);
            i += isPair ? 2 * EscapeLength : EscapeLength;
        }
    }

    private static char? CodeUnit(ReadOnlySpan<byte> escape) =>
        escape.Length >= EscapeLength && escape[0] == '\\' && escape[1] == 'u'
        && ushort.TryParse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
}
