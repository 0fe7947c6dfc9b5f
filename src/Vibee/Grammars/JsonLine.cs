using System.Text;
using System.Text.Json;

namespace Vibee.Grammars;

/// <summary>Writes a JSON value in one fixed way: <c>", "</c> and <c>": "</c> between its parts as Python does, numbers
/// as they were, properties in their own order, characters escaped only where JSON demands it.</summary>
internal static class JsonLine
{
    public static string Write(JsonElement value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    private static void Write(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                var members = 0;
                foreach (var member in value.EnumerateObject())
                {
                    text.Append(members++ > 0 ? ", " : "");
                    Write(member.Name, text);
                    text.Append(": ");
                    Write(member.Value, text);
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var items = 0;
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(items++ > 0 ? ", " : "");
                    Write(item, text);
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                Write(value.GetString()!, text);
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void Write(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var letter in value)
        {
            text.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)letter:x4}",
                _ => letter.ToString(),
            });
        }
        text.Append('"');
    }
}
