using System.Globalization;
using System.Text;

namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>Python's escapes in string literals. An unknown one stands for itself, backslash included.</summary>
internal static class StringLiteral
{
    public static string Unescape(ReadOnlySpan<char> body, SourcePosition at)
    {
        if (!body.Contains('\\'))
            return body.ToString();
        var text = new StringBuilder(body.Length);
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != '\\' || i + 1 == body.Length)
            {
                text.Append(body[i]);
                continue;
            }
            i++;
            switch (body[i])
            {
                case '\n': break;
                case 'n': text.Append('\n'); break;
                case 't': text.Append('\t'); break;
                case 'r': text.Append('\r'); break;
                case 'a': text.Append('\a'); break;
                case 'b': text.Append('\b'); break;
                case 'f': text.Append('\f'); break;
                case 'v': text.Append('\v'); break;
                case '\\' or '\'' or '"': text.Append(body[i]); break;
                case 'x': i += AppendHex(text, body[(i + 1)..], 2, at); break;
                case 'u': i += AppendHex(text, body[(i + 1)..], 4, at); break;
                case 'U': i += AppendHex(text, body[(i + 1)..], 8, at); break;
                case >= '0' and <= '7': i += AppendOctal(text, body[i..]) - 1; break;
                default: text.Append('\\').Append(body[i]); break;
            }
        }
        return text.ToString();
    }

    private static int AppendHex(StringBuilder text, ReadOnlySpan<char> digits, int count, SourcePosition at)
    {
        if (digits.Length < count
            || !uint.TryParse(digits[..count], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code > 0x10FFFF)
            throw Fault.Syntax($"an escape in a string needs {count} hexadecimal digits of a Unicode character", at);
        AppendCharacter(text, (int)code);
        return count;
    }

    private static int AppendOctal(StringBuilder text, ReadOnlySpan<char> digits)
    {
        int code = 0, count = 0;
        while (count < Math.Min(3, digits.Length) && digits[count] is >= '0' and <= '7')
            code = code * 8 + (digits[count++] - '0');
        AppendCharacter(text, code);
        return count;
    }

    private static void AppendCharacter(StringBuilder text, int code)
    {
        // A lone surrogate is a legal Python character; two of them written one after the other pair up here.
        if (code is >= 0xD800 and <= 0xDFFF)
            text.Append((char)code);
        else
            text.Append(char.ConvertFromUtf32(code));
    }
}
