using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Library;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>Names, literals, and what follows them: attributes, items, calls, filters, tests.</summary>
internal sealed partial class ExpressionParser
{
    private Expression ParsePrimary()
    {
        var token = Tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(token.At, Value.True),
                    "false" or "False" => new Literal(token.At, Value.False),
                    "none" or "None" => new Literal(token.At, Value.None),
                    _ => state.Read(token),
                };
            case TokenKind.Text:
                return ParseText(token);
            case TokenKind.Integer or TokenKind.Float:
                return new Literal(token.At, NumberLiteral.Parse(token));
            case TokenKind.Operator when token.Text == "(":
                var tuple = ParseTuple(inParentheses: true);
                Tokens.Expect(")");
                return tuple;
            case TokenKind.Operator when token.Text == "[":
                var items = ParseSeries("]", () => Parse());
                return ParserState.Grow(new ListDisplay(token.At, [.. items], isTuple: false), [.. items]);
            case TokenKind.Operator when token.Text == "{":
                return ParseDict(token.At);
            default:
                throw Fault.Syntax($"unexpected {token}", token.At);
        }
    }

    /// <summary>Strings side by side are one.</summary>
    private Literal ParseText(Token first)
    {
        var text = first.Text;
        if (Tokens.Current.Kind == TokenKind.Text)
        {
            var parts = new List<string> { text };
            while (Tokens.Current.Kind == TokenKind.Text)
                parts.Add(Tokens.Take().Text);
            text = string.Concat(parts);
        }
        state.Words.Add(text);
        return new Literal(first.At, Value.From(text));
    }

    private DictDisplay ParseDict(SourcePosition at)
    {
        var items = ParseSeries("}", () =>
        {
            var key = Parse();
            Tokens.Expect(":");
            return (Key: key, Value: Parse());
        });
        return ParserState.Grow(new DictDisplay(at, [.. items]), [.. items.Select(i => i.Key), .. items.Select(i => i.Value)]);
    }

    /// <summary>Up to and past <paramref name="end"/>; a comma may follow the last.</summary>
    private List<T> ParseSeries<T>(string end, Func<T> parse)
    {
        var items = new List<T>();
        while (!Tokens.Accept(end))
        {
            if (items.Count > 0)
            {
                Tokens.Expect(",");
                if (Tokens.Accept(end))
                    break;
            }
            items.Add(parse());
        }
        return items;
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (Tokens.Current.IsOperator("."))
                value = ParseAttribute(value);
            else if (Tokens.Current.IsOperator("["))
                value = ParseItem(value);
            else if (Tokens.Current.IsOperator("("))
                value = ParseCall(value);
            else
                return value;
        }
    }

    private Expression ParseAttribute(Expression owner)
    {
        var at = Tokens.Take().At;
        var token = Tokens.Take();
        if (token.Kind == TokenKind.Integer)
            return ParserState.Grow(new ItemAccess(at, owner, new Literal(token.At, NumberLiteral.Parse(token))), owner);
        if (token.Kind != TokenKind.Name)
            throw Fault.Syntax("expected name or number", token.At);
        state.Words.Add(token.Text);
        return ParserState.Grow(new AttributeAccess(at, owner, token.Text), owner);
    }

    private Expression ParseItem(Expression owner)
    {
        var at = Tokens.Take().At;
        var start = ParseSlicePart();
        if (!Tokens.Current.IsOperator(":"))
        {
            if (start is null)
                throw Tokens.Unexpected("an index");
            if (Tokens.Current.IsOperator(","))
                start = ParseTupleIndex(start);
            Tokens.Expect("]");
            return ParserState.Grow(new ItemAccess(at, owner, start), owner, start);
        }
        Tokens.Expect(":");
        var stop = ParseSlicePart();
        var step = Tokens.Accept(":") ? ParseSlicePart() : null;
        Tokens.Expect("]");
        return ParserState.Grow(new SliceAccess(at, owner, start, stop, step), owner, start, stop, step);
    }

    private Expression? ParseSlicePart() =>
        Tokens.Current.IsOperator(":") || Tokens.Current.IsOperator("]") ? null : Parse();

    private ListDisplay ParseTupleIndex(Expression first)
    {
        List<Expression> items = [first];
        while (Tokens.Accept(","))
            items.Add(Parse());
        return ParserState.Grow(new ListDisplay(first.At, [.. items], isTuple: true), [.. items]);
    }

    private Invocation ParseCall(Expression callee)
    {
        var at = Tokens.Current.At;
        var arguments = ParseArguments();
        return Grow(new Invocation(at, callee, arguments), callee, arguments);
    }

    private ArgumentList ParseArguments()
    {
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? star = null, doubleStar = null;
        Tokens.Expect("(");
        ParseSeries(")", () =>
        {
            var token = Tokens.Current;
            if (Tokens.Accept("**"))
                doubleStar = doubleStar is null ? Parse() : throw Fault.Syntax("invalid syntax for function call", token.At);
            else if (doubleStar is not null)
                throw Fault.Syntax("invalid syntax for function call", token.At);
            else if (Tokens.Accept("*"))
                star = star is null ? Parse() : throw Fault.Syntax("invalid syntax for function call", token.At);
            else if (token.Kind == TokenKind.Name && Tokens.Following.IsOperator("="))
                named.Add((TakeKeyword(), Parse()));
            else if (named.Count == 0 && star is null)
                positional.Add(Parse());
            else
                throw Fault.Syntax("invalid syntax for function call: a plain argument follows a named one", token.At);
            return true;
        });
        return new ArgumentList([.. positional], [.. named], star, doubleStar);
    }

    private string TakeKeyword()
    {
        var name = Tokens.Take().Text;
        Tokens.Take();
        return name;
    }

    private Expression ParseFilters(Expression value)
    {
        while (true)
        {
            if (Tokens.Current.IsOperator("|"))
                value = ParseFilterChain(value)!;
            else if (Tokens.Current.IsName("is"))
                value = ParseTest(value);
            else if (Tokens.Current.IsOperator("("))
                value = ParseCall(value);
            else
                return value;
        }
    }

    /// <summary>Every "| filter" that follows.</summary>
    /// <param name="input">Null for the text of a block.</param>
    /// <param name="startsInline">The first filter comes without its bar.</param>
    public FilterCall? ParseFilterChain(Expression? input, bool startsInline = false)
    {
        FilterCall? filter = null;
        while (startsInline || Tokens.Accept("|"))
        {
            startsInline = false;
            var name = ParseDottedName();
            var known = Filters.Find(name.Text);
            if (known is null)
                state.NoteUnknown("filter", name);
            var arguments = Tokens.Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty;
            filter = Grow(new FilterCall(name.At, filter ?? input, name.Text, known, arguments), filter ?? input, arguments);
        }
        return filter;
    }

    private Expression ParseTest(Expression value)
    {
        var at = Tokens.Take().At;
        var negated = Tokens.AcceptName("not");
        var name = ParseDottedName();
        var known = Tests.Find(name.Text);
        if (known is null)
            state.NoteUnknown("test", name);
        var arguments = ParseTestArguments();
        Expression test = Grow(new TestCall(at, value, name.Text, known, arguments), value, arguments);
        return negated ? ParserState.Grow(new Negation(at, test), test) : test;
    }

    /// <summary>In parentheses, or one bare operand: "x is divisibleby 3".</summary>
    private ArgumentList ParseTestArguments()
    {
        var token = Tokens.Current;
        if (token.IsOperator("("))
            return ParseArguments();
        var isOperand = token.Kind is TokenKind.Text or TokenKind.Integer or TokenKind.Float
            || token is { Kind: TokenKind.Operator, Text: "[" or "{" }
            || (token.Kind == TokenKind.Name && token.Text is not ("else" or "or" or "and"));
        if (!isOperand)
            return ArgumentList.Empty;
        if (token.IsName("is"))
            throw Fault.Syntax("You cannot chain multiple tests with is", token.At);
        return new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
    }

    private Token ParseDottedName()
    {
        var name = Tokens.Expect(TokenKind.Name, "a name");
        while (Tokens.Accept("."))
            name = name with { Text = name.Text + "." + Tokens.Expect(TokenKind.Name, "a name").Text };
        return name;
    }

    private static T Grow<T>(T node, Expression? operand, ArgumentList arguments) where T : Expression =>
        ParserState.Grow(node,
            [operand, .. arguments.Positional, .. arguments.Named.Select(a => a.Value), arguments.Star, arguments.DoubleStar]);
}
