using System.Text;
using System.Text.Json;

namespace Vibee.Engine.Chat.ToolCalls.Reading;

/// <summary>Reads literals as Python and its kin write them, and writes them as JSON. Every method skips white space
/// first, and returns null or false where something else stands.</summary>
internal ref struct LiteralReader(string text)
{
    private const int MaxDepth = 64;

    private int _at;
    private int _depth;

    /// <summary>Quotes of a text, where they are not one character.</summary>
    public string? LongQuote { get; init; }

    public bool IsAtEnd
    {
        get
        {
            SkipSpace();
            return _at == text.Length;
        }
    }

    public bool Skip(char character)
    {
        SkipSpace();
        if (_at == text.Length || text[_at] != character)
            return false;
        _at++;
        return true;
    }

    public string? Name()
    {
        SkipSpace();
        var start = _at;
        while (_at < text.Length && (CallName.IsPartOfName(text[_at]) || text[_at] == '.'))
            _at++;
        return _at > start ? text[start.._at] : null;
    }

    /// <summary>Keys and values up to the closing bracket, as a JSON object.</summary>
    public string? Members(char between, char close)
    {
        if (++_depth > MaxDepth)
            return null;
        var members = new List<string>();
        while (!Skip(close))
        {
            if (members.Count > 0 && !Skip(','))
                return null;
            if (Skip(close))
                break;
            if ((Quoted() ?? Name()) is not { } key || !Skip(between) || Value() is not { } value)
                return null;
            members.Add($"{JsonString.Quote(key)}: {value}");
        }

        _depth--;
        return $"{{{string.Join(", ", members)}}}";
    }

    private string? Value()
    {
        if (Quoted() is { } quoted)
            return JsonString.Quote(quoted);
        if (Skip('{'))
            return Members(':', '}');
        if (Skip('[') )
            return Elements(']');
        if (Skip('('))
            return Elements(')');
        return Word();
    }

    private string? Elements(char close)
    {
        if (++_depth > MaxDepth)
            return null;
        var elements = new List<string>();
        while (!Skip(close))
        {
            if (elements.Count > 0 && !Skip(','))
                return null;
            if (Skip(close))
                break;
            if (Value() is not { } value)
                return null;
            elements.Add(value);
        }

        _depth--;
        return $"[{string.Join(", ", elements)}]";
    }

    // A number or a constant.
    private string? Word()
    {
        SkipSpace();
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '+' or '-' or '.' or '_'))
            _at++;
        var word = text[start.._at];
        switch (word)
        {
            case "True" or "true":
                return "true";
            case "False" or "false":
                return "false";
            case "None" or "null":
                return "null";
            default:
                return IsNumber(word) ? word : null;
        }
    }

    private static bool IsNumber(string word)
    {
        try
        {
            using var document = JsonDocument.Parse(word);
            return document.RootElement.ValueKind == JsonValueKind.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private string? Quoted()
    {
        SkipSpace();
        if (LongQuote is not null && text.AsSpan(_at).StartsWith(LongQuote))
            return Until(LongQuote);
        if (_at == text.Length || text[_at] is not ('"' or '\''))
            return null;
        var quote = text[_at];
        var result = new StringBuilder();
        for (var i = _at + 1; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                _at = i + 1;
                return result.ToString();
            }

            if (text[i] != '\\' || i + 1 == text.Length)
                result.Append(text[i]);
            else
                i += Unescape(i + 1, result);
        }

        return null;
    }

    private string? Until(string quote)
    {
        var start = _at + quote.Length;
        var end = text.IndexOf(quote, start, StringComparison.Ordinal);
        if (end < 0)
            return null;
        _at = end + quote.Length;
        return text[start..end];
    }

    /// <returns>How many characters the escape has behind the backslash.</returns>
    private readonly int Unescape(int at, StringBuilder result)
    {
        var digits = text[at] switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (digits > 0 && at + digits < text.Length
            && ushort.TryParse(text.AsSpan(at + 1, digits), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var unit))
        {
            result.Append((char)unit);
            return 1 + digits;
        }

        result.Append(text[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', var other => other });
        return 1;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }
}
