using System.Text;
using System.Text.Json;

namespace Vibee.Grammars;

/// <summary>A JSON value on a line of a file.</summary>
internal static class JsonLine
{
    /// <param name="line">The line.</param>
    /// <param name="take">Makes something of its value, which is gone after that.</param>
    /// <exception cref="IOException">It is not JSON; the message says where.</exception>
    public static T Read<T>(InputLine line, Func<JsonElement, T> take)
    {
        try
        {
            using var document = JsonDocument.Parse(line.Text, new JsonDocumentOptions { MaxDepth = 1000 });
            return take(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new IOException($"{line.Place}:{exception.BytePositionInLine + 1}: not valid JSON", exception);
        }
        catch (InvalidOperationException exception) // half a surrogate pair
        {
            throw new IOException($"{line.Place}: a string holds what is no text", exception);
        }
    }

    /// <summary>Writes a value in one fixed way: <c>", "</c> and <c>": "</c> between its parts as Python does, numbers as
    /// they were, properties in their own order, characters escaped only where JSON demands it.</summary>
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
