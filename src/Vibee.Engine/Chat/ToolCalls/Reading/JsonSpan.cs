using System.Text;
using System.Text.Json;

namespace Vibee.Engine.Chat.ToolCalls.Reading;

/// <summary>Finds where a JSON value ends, and keeps its text. It looks at quotes and brackets only; whether the rest is
/// JSON is seen at the end.</summary>
internal sealed class JsonSpan
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _inString;
    private bool _escaped;

    public string Text => _text.ToString();

    public bool IsString => _text.Length > 0 && _text[0] == '"';

    public bool IsObject => _text.Length > 0 && _text[0] == '{';

    public bool IsEmpty => _text.Length == 0;

    /// <returns>Null while it goes on; true when this was its last character, false when it ended before it.</returns>
    public bool? Take(char character)
    {
        if (!_inString && _depth == 0 && !IsEmpty && !IsString && (character is ',' or '}' or ']' || char.IsWhiteSpace(character)))
            return false; // a number or a word
        _text.Append(character);
        if (_escaped)
            _escaped = false;
        else if (_inString && character == '\\')
            _escaped = true;
        else if (character == '"')
            _inString = !_inString;
        else if (!_inString && character is '{' or '[')
            _depth++;
        else if (!_inString && character is '}' or ']')
            _depth--;
        return _depth <= 0 && !_inString && (character is '"' or '}' or ']') ? true : null;
    }

    public bool IsValid() => JsonString.IsValid(Text);

    /// <summary>What a string says; null if it is no JSON string.</summary>
    public string? Unquote()
    {
        try
        {
            using var document = JsonDocument.Parse(Text);
            return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return null; // no JSON, or half a surrogate pair in it
        }
    }

    public void Clear()
    {
        _text.Clear();
        (_depth, _inString, _escaped) = (0, false, false);
    }
}
