namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>Reads what stands between <c>{{</c> and <c>}}</c>, or <c>{%</c> and <c>%}</c>.</summary>
internal sealed class TagLexer(SourceReader source, List<Token> tokens, bool isBlock)
{
    // Longest first, so that "**" is not read as two stars.
    private static readonly string[] Operators =
    [
        "//", "**", "==", "!=", ">=", "<=",
        "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ];

    private readonly Stack<char> _open = new();

    public void ReadToEnd()
    {
        while (true)
        {
            source.SkipWhiteSpace();
            var at = source.Position;
            if (source.AtEnd)
                return; // The parser knows which tag it misses the end of.
            if (_open.Count == 0 && IsTagEnd())
            {
                SkipEnd(source, isBlock ? '%' : '}');
                tokens.Add(new Token(isBlock ? TokenKind.BlockEnd : TokenKind.PrintEnd, "", at));
                return;
            }
            tokens.Add(ReadToken(at));
        }
    }

    /// <summary>Past <c>-%}</c> with all whitespace after it, <c>+%}</c>, or <c>%}</c> with one line end (which a
    /// print tag leaves alone).</summary>
    public static void SkipEnd(SourceReader source, char kind)
    {
        var sign = source.Current is '-' or '+' ? source.Current : '\0';
        source.Skip(sign == '\0' ? 2 : 3);
        if (sign == '-')
            source.SkipWhiteSpace();
        else if (sign == '\0' && kind != '}' && source.Current == '\n')
            source.Skip(1);
    }

    private bool IsTagEnd() => isBlock
        ? source.StartsWith("%}") || source.StartsWith("-%}") || source.StartsWith("+%}")
        : source.StartsWith("}}") || source.StartsWith("-}}");

    private Token ReadToken(SourcePosition at)
    {
        var c = source.Current;
        if (char.IsAsciiDigit(c))
        {
            var length = NumberLiteral.Measure(source.Rest, out var isFloat);
            return new Token(isFloat ? TokenKind.Float : TokenKind.Integer, source.Take(length), at);
        }
        if (Characters.IsNameStart(c))
        {
            var length = 1;
            while (Characters.IsNamePart(source.Peek(length)))
                length++;
            return new Token(TokenKind.Name, source.Take(length), at);
        }
        if (c is '\'' or '"')
            return new Token(TokenKind.Text, ReadString(c, at), at);
        foreach (var spelling in Operators)
        {
            if (!source.StartsWith(spelling))
                continue;
            Balance(spelling[0], at);
            source.Skip(spelling.Length);
            return new Token(TokenKind.Operator, spelling, at);
        }
        throw Fault.Syntax($"unexpected char '{c}'", at);
    }

    private string ReadString(char quote, SourcePosition at)
    {
        var rest = source.Rest;
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '\\')
                i++;
            else if (rest[i] == quote)
                return StringLiteral.Unescape(source.Take(i + 1).AsSpan(1, i - 1), at);
        }
        throw Fault.Syntax("a string does not end", at);
    }

    private void Balance(char c, SourcePosition at)
    {
        switch (c)
        {
            case '(': _open.Push(')'); break;
            case '[': _open.Push(']'); break;
            case '{': _open.Push('}'); break;
            case ')' or ']' or '}':
                if (_open.Count == 0)
                    throw Fault.Syntax($"unexpected '{c}'", at);
                var expected = _open.Pop();
                if (expected != c)
                    throw Fault.Syntax($"unexpected '{c}', expected '{expected}'", at);
                break;
        }
    }
}
