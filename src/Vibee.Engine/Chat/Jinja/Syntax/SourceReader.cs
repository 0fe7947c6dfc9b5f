namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>The source with a cursor that knows its line and column.</summary>
internal sealed class SourceReader
{
    private readonly string _text;
    private int _line = 1;
    private int _lineStart;

    /// <summary>Line ends become \n and a single one at the very end goes, as jinja2 does by default.</summary>
    public SourceReader(string source)
    {
        var text = source.Replace("\r\n", "\n").Replace('\r', '\n');
        _text = text.EndsWith('\n') ? text[..^1] : text;
    }

    public int Offset { get; private set; }

    public bool AtEnd => Offset >= _text.Length;

    public char Current => Peek(0);

    public ReadOnlySpan<char> Rest => _text.AsSpan(Offset);

    public SourcePosition Position => new(_line, Offset - _lineStart + 1);

    /// <summary>Whether the character before the cursor ended a line; true at the start.</summary>
    public bool AtLineStart => Offset == 0 || _text[Offset - 1] == '\n';

    /// <summary>The character <paramref name="ahead"/> of the cursor, or NUL past the end.</summary>
    public char Peek(int ahead) => Offset + ahead < _text.Length ? _text[Offset + ahead] : '\0';

    public bool StartsWith(string text) => Rest.StartsWith(text, StringComparison.Ordinal);

    public string Take(int count)
    {
        var taken = _text.Substring(Offset, count);
        Skip(count);
        return taken;
    }

    public void Skip(int count)
    {
        for (var end = Offset + count; Offset < end; Offset++)
        {
            if (_text[Offset] != '\n')
                continue;
            _line++;
            _lineStart = Offset + 1;
        }
    }

    public void SkipWhiteSpace()
    {
        while (!AtEnd && Characters.IsSpace(Current))
            Skip(1);
    }
}
