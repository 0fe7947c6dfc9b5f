namespace Vibee.Engine.Chat.Jinja.Syntax;

internal enum TokenKind
{
    /// <summary>Text between tags, whitespace control already applied.</summary>
    Data,
    PrintBegin,
    PrintEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}

// Text: A literal's digits, a string's value after escapes, an operator's spelling.
internal readonly record struct Token(TokenKind Kind, string Text, SourcePosition At)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    public bool IsOperator(string spelling) => Kind == TokenKind.Operator && Text == spelling;

    public override string ToString() => Kind switch
    {
        TokenKind.Data => "template text",
        TokenKind.PrintBegin => "'{{'",
        TokenKind.PrintEnd => "'}}'",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.End => "end of template",
        TokenKind.Text => "a string",
        _ => $"'{Text}'",
    };
}
