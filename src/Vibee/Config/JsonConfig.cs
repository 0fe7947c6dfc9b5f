using System.Text;
using System.Text.Json;

namespace Vibee.Config;

/// <summary>Reads settings of JSON, with comments and trailing commas if somebody likes them.</summary>
internal static class JsonConfig
{
    public static void Read(string text, ConfigFile file)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                file.Fail(1, "must be an object: {\"port\": 8000}");
                return;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (name, line) = (reader.GetString()!, LineAt(bytes, reader.TokenStartIndex));
                reader.Read();
                if (Values(ref reader) is { } values)
                    file.Add(name, values, line);
                else
                    file.Fail(line, $"'{name}' must be a string, a number, true, false, or an array of these");
            }

            reader.Read(); // what follows the object is an error
        }
        catch (JsonException exception)
        {
            file.Fail((exception.LineNumber ?? 0) + 1, "is not JSON here");
        }
        catch (InvalidOperationException) // half a surrogate pair
        {
            file.Fail(LineAt(bytes, reader.TokenStartIndex), "a string holds what is no text");
        }
    }

    private static List<string>? Values(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (Text(ref reader) is { } single)
                return [single];
            reader.Skip();
            return null;
        }

        List<string>? values = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Text(ref reader) is { } text)
                values?.Add(text);
            else
                values = null;
            reader.Skip();
        }

        return values;
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };

    private static int LineAt(ReadOnlySpan<byte> bytes, long index) => 1 + bytes[..(int)index].Count((byte)'\n');
}
