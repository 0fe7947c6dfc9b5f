using System.Text;
using System.Text.Json;

namespace Vibee.Engine.Chat.ToolCalls.Reading;

/// <summary>Writes text as JSON, piece by piece if need be.</summary>
internal static class JsonString
{
    public static string Quote(string text) => $"\"{Escape(text)}\"";

    /// <summary>What stands between the quotes. Letters of all languages stay as they are, halves of surrogate pairs
    /// too, whose other half may be in the next piece.</summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                < ' ' => result.Append($"\\u{(int)character:x4}"),
                _ => result.Append(character),
            };
        }

        return result.ToString();
    }

    public static bool IsObject(string text) => text.StartsWith('{') && IsValid(text);

    public static bool IsValid(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return false; // the latter where half a surrogate pair is in it
        }
    }

    /// <summary>The text itself where it is JSON, otherwise as a string.</summary>
    public static string ValueOrQuote(string text)
    {
        var value = text.Trim();
        return IsValid(value) ? value : value switch
        {
            "True" => "true",
            "False" => "false",
            "None" => "null",
            _ => Quote(text),
        };
    }
}
