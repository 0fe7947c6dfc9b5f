namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>
/// Cuts a template into tokens: text and tags, with trim_blocks and lstrip_blocks on, as Hugging Face sets them. What
/// is inside a tag is left to <see cref="TagLexer"/>.
/// </summary>
internal sealed class Lexer
{
    private readonly SourceReader _source;
    private readonly List<Token> _tokens = [];

    private Lexer(string source) => _source = new SourceReader(source);

    /// <exception cref="TemplateException">A tag does not end, or holds what is no token.</exception>
    public static List<Token> Tokenize(string source)
    {
        var lexer = new Lexer(source);
        while (!lexer._source.AtEnd)
            lexer.ReadTextAndTag();
        lexer._tokens.Add(new Token(TokenKind.End, "", lexer._source.Position));
        return lexer._tokens;
    }

    private void ReadTextAndTag()
    {
        var at = _source.Position;
        var lineStarting = _source.AtLineStart;
        var length = FindTag(_source.Rest);
        if (length < 0)
        {
            AddText(_source.Take(_source.Rest.Length), at);
            return;
        }

        var text = _source.Take(length);
        var kind = _source.Peek(1);
        var sign = _source.Peek(2) is '-' or '+' ? _source.Peek(2) : '\0';
        AddText(StripBeforeTag(text, sign, kind != '{', lineStarting), at);

        at = _source.Position;
        if (kind == '%' && TrySkipRawBegin())
        {
            ReadRaw(at);
            return;
        }
        _source.Skip(sign == '\0' ? 2 : 3);
        if (kind == '#')
        {
            SkipComment(at);
            return;
        }
        var isBlock = kind == '%';
        _tokens.Add(new Token(isBlock ? TokenKind.BlockBegin : TokenKind.PrintBegin, "", at));
        new TagLexer(_source, _tokens, isBlock).ReadToEnd();
    }

    private static int FindTag(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length - 1; i++)
        {
            var brace = text[i..].IndexOf('{');
            if (brace < 0)
                return -1;
            i += brace;
            if (i + 1 < text.Length && text[i + 1] is '{' or '%' or '#')
                return i;
        }
        return -1;
    }

    private static string StripBeforeTag(string text, char sign, bool isBlock, bool lineStarting)
    {
        if (sign == '-')
            return Characters.TrimEnd(text).ToString();
        if (sign == '+' || !isBlock)
            return text;
        var line = text.LastIndexOf('\n') + 1;
        return (line > 0 || lineStarting) && Characters.TrimStart(text.AsSpan(line)).IsEmpty ? text[..line] : text;
    }

    private bool TrySkipRawBegin()
    {
        var rest = _source.Rest[2..];
        var length = _source.Rest.Length;
        if (rest is ['-' or '+', ..])
            rest = rest[1..];
        rest = Characters.TrimStart(rest);
        if (!rest.StartsWith("raw"))
            return false;
        rest = Characters.TrimStart(rest[3..]);
        if (rest.StartsWith("-%}"))
            rest = Characters.TrimStart(rest[3..]);
        else if (rest.StartsWith("%}"))
            rest = rest[2..];
        else
            return false;
        _source.Skip(length - rest.Length);
        return true;
    }

    private void ReadRaw(SourcePosition begin)
    {
        var at = _source.Position;
        var lineStarting = _source.AtLineStart;
        var rest = _source.Rest;
        for (var i = 0; ; i++)
        {
            var next = rest[i..].IndexOf("{%");
            if (next < 0)
                throw Fault.Syntax("Missing end of raw directive", begin);
            i += next;
            var tag = rest[(i + 2)..];
            var sign = tag is ['-' or '+', ..] ? tag[0] : '\0';
            tag = Characters.TrimStart(sign == '\0' ? tag : tag[1..]);
            if (!tag.StartsWith("endraw"))
                continue;
            tag = Characters.TrimStart(tag["endraw".Length..]);
            if (!tag.StartsWith("%}") && !tag.StartsWith("-%}") && !tag.StartsWith("+%}"))
                continue;

            var tagLength = rest.Length - i - tag.Length;
            AddText(StripBeforeTag(_source.Take(i), sign, true, lineStarting), at);
            _source.Skip(tagLength);
            SkipTagEnd('%');
            return;
        }
    }

    private void SkipComment(SourcePosition begin)
    {
        var end = _source.Rest.IndexOf("#}");
        if (end < 0)
            throw Fault.Syntax("Missing end of comment tag", begin);
        // The sign belongs to the end of the comment, unless the comment is nothing but the sign of its beginning.
        _source.Skip(end > 0 && _source.Peek(end - 1) is '-' or '+' ? end - 1 : end);
        SkipTagEnd('#');
    }

    /// <summary>Past <c>-%}</c> with all whitespace after it, <c>+%}</c>, or <c>%}</c> with one line end.</summary>
    private void SkipTagEnd(char kind) => TagLexer.SkipEnd(_source, kind);

    private void AddText(string text, SourcePosition at)
    {
        if (text.Length > 0)
            _tokens.Add(new Token(TokenKind.Data, text, at));
    }
}
