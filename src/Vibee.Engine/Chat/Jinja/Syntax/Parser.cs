using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Statements;

namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>The compiled template: immutable, shared by all renders.</summary>
// ContextNames: What it reads from the context, functions included.
// Words: The attribute names and string literals in it.
internal sealed record Program(Block Body, ScopeEntry Entry, HashSet<string> ContextNames, HashSet<string> Words);

/// <summary>Recursive descent over text and blocks. One part per group of blocks.</summary>
internal sealed partial class Parser
{
    private readonly ParserState _state;
    private readonly ExpressionParser _expressions;
    private int _depth;
    private int _loops;

    private Parser(List<Token> tokens)
    {
        _state = new ParserState(tokens);
        _expressions = new ExpressionParser(_state);
    }

    private TokenStream Tokens => _state.Tokens;

    /// <exception cref="TemplateException">The source is not a template.</exception>
    public static Program Parse(string source)
    {
        if (source.Length > Limits.SourceLength)
        {
            throw new TemplateException(TemplateErrorKind.Limit,
                $"the template is longer than {Limits.SourceLength} characters", 1, 1);
        }
        var parser = new Parser(Lexer.Tokenize(source));
        var body = parser.ParseBody();
        parser._state.ThrowIfUnknown();
        var names = new HashSet<string>();
        parser._state.Scope.Resolve(names);
        return new Program(body, parser._state.Scope.Entry, names, parser._state.Words);
    }

    /// <summary>Statements up to one of the tags, or the end of the template when there are none to wait for.</summary>
    private Block ParseBody(params string[] endTags)
    {
        if (++_depth > Limits.BlockDepth)
            throw Fault.Syntax($"blocks are nested more than {Limits.BlockDepth} levels deep", Tokens.Current.At);
        var statements = new List<Statement>();
        while (true)
        {
            var token = Tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    Tokens.Take();
                    statements.Add(new TextOutput(token.At, token.Text));
                    continue;
                case TokenKind.PrintBegin:
                    Tokens.Take();
                    statements.Add(new ValueOutput(_expressions.ParseTuple()));
                    Tokens.Expect(TokenKind.PrintEnd, "the end of the print tag");
                    continue;
                case TokenKind.BlockBegin when !IsTag(endTags):
                    statements.Add(ParseBlock());
                    continue;
                case TokenKind.End when endTags.Length > 0:
                    throw Fault.Syntax($"Unexpected end of template. Jinja was looking for '{string.Join("' or '", endTags)}'.",
                        token.At);
            }
            _depth--;
            return new Block([.. statements]);
        }
    }

    private bool IsTag(string[] names) =>
        Tokens.Following.Kind == TokenKind.Name && Array.IndexOf(names, Tokens.Following.Text) >= 0;

    private Statement ParseBlock()
    {
        var name = Tokens.Following;
        if (name.Kind != TokenKind.Name)
            throw Fault.Syntax("tag name expected", name.At);
        Func<SourcePosition, Statement>? parse = name.Text switch
        {
            "if" => ParseIf,
            "for" => ParseFor,
            "set" => ParseSet,
            "macro" => ParseMacro,
            "call" => ParseCall,
            "filter" => ParseFilter,
            "with" => ParseWith,
            "generation" => ParseGeneration,
            "print" => ParsePrint,
            "break" => at => ParseJump(at, Flow.Break),
            "continue" => at => ParseJump(at, Flow.Continue),
            _ => null,
        };
        if (parse is null)
            throw UnknownTag(name);
        Tokens.Take();
        Tokens.Take();
        return parse(name.At);
    }

    private static TemplateException UnknownTag(Token name) => name.Text switch
    {
        "include" or "import" or "from" or "extends" or "block" => Fault.Syntax(
            $"'{name.Text}' needs other templates, and a chat template stands alone", name.At),
        _ => Fault.Syntax($"Encountered unknown tag '{name.Text}'.", name.At),
    };

    private void ExpectBlockEnd() => Tokens.Expect(TokenKind.BlockEnd, "the end of the tag");

    /// <summary>Past the opening {% and the name of an end tag.</summary>
    private string TakeEndTag()
    {
        Tokens.Take();
        return Tokens.Take().Text;
    }

    /// <summary>A body and the end tag after it, whole.</summary>
    private Block ParseBodyAndEnd(string endTag)
    {
        var body = ParseBody(endTag);
        TakeEndTag();
        ExpectBlockEnd();
        return body;
    }

    private ScopedBlock ParseScopedBody(string endTag)
    {
        var scope = _state.OpenScope();
        var body = ParseBodyAndEnd(endTag);
        _state.CloseScope();
        return new ScopedBlock(scope.Entry, body);
    }
}
