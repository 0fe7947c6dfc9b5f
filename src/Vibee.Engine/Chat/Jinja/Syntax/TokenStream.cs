namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>The tokens with a cursor.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private int _next;

    public Token Current => tokens[_next];

    /// <summary>The token after the current one.</summary>
    public Token Following => tokens[Math.Min(_next + 1, tokens.Count - 1)];

    public bool AtTagEnd => Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd or TokenKind.End;

    public Token Take()
    {
        var token = tokens[_next];
        if (token.Kind != TokenKind.End)
            _next++;
        return token;
    }

    public bool Accept(string spelling)
    {
        if (!Current.IsOperator(spelling))
            return false;
        _next++;
        return true;
    }

    public bool AcceptName(string name)
    {
        if (!Current.IsName(name))
            return false;
        _next++;
        return true;
    }

    public Token Expect(TokenKind kind, string what) =>
        Current.Kind == kind ? Take() : throw Unexpected(what);

    public void Expect(string spelling)
    {
        if (!Accept(spelling))
            throw Unexpected($"'{spelling}'");
    }

    public void ExpectName(string name)
    {
        if (!AcceptName(name))
            throw Unexpected($"'{name}'");
    }

    /// <param name="what">What should have come here.</param>
    public TemplateException Unexpected(string what) => Fault.Syntax($"expected {what}, got {Current}", Current.At);
}
