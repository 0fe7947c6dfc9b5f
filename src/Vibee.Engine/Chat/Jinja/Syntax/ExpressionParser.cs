using Vibee.Engine.Chat.Jinja.Expressions;

namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>Recursive descent over the operators, loosest first; what they bind is in the other part.</summary>
internal sealed partial class ExpressionParser(ParserState state)
{
    // Each level of parentheses takes a dozen calls, so it is bounded well below the height of the tree.
    private const int MaxNesting = 80;

    private int _nesting;

    private TokenStream Tokens => state.Tokens;

    // withChoice: Whether "a if b else c" is allowed without parentheses.
    public Expression Parse(bool withChoice = true)
    {
        if (++_nesting > MaxNesting)
            throw Fault.Syntax($"an expression is nested more than {MaxNesting} levels deep", Tokens.Current.At);
        var expression = withChoice ? ParseChoice() : ParseOr();
        _nesting--;
        return expression;
    }

    /// <summary>One expression, or several with commas: a tuple, without parentheses.</summary>
    // end: A name that ends it, next to the end of the tag and a closing parenthesis.
    public Expression ParseTuple(bool withChoice = true, string? end = null, bool inParentheses = false)
    {
        var at = Tokens.Current.At;
        var items = new List<Expression>();
        var isTuple = false;
        while (!Tokens.AtTagEnd && !Tokens.Current.IsOperator(")") && !(end is not null && Tokens.Current.IsName(end)))
        {
            items.Add(Parse(withChoice));
            if (!Tokens.Accept(","))
                break;
            isTuple = true;
        }
        if (!isTuple && items is [var single])
            return single;
        if (items.Count == 0 && !inParentheses)
            throw Tokens.Unexpected("an expression");
        return ParserState.Grow(new ListDisplay(at, [.. items], isTuple: true), [.. items]);
    }

    private Expression ParseChoice()
    {
        var unknown = state.UnknownCount;
        var value = ParseOr();
        for (var count = 0; Tokens.Current.IsName("if"); count++)
        {
            var at = Tokens.Take().At;
            var condition = ParseOr();
            // By Parse, not ParseChoice: else branches nest to the right without parentheses.
            var otherwise = Tokens.AcceptName("else") ? Parse() : null;
            value = ParserState.Grow(new Choice(at, condition, value, otherwise), condition, value, otherwise);
            state.ForgetUnknown(unknown);
        }
        return value;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (Tokens.Current.IsName("or"))
        {
            var at = Tokens.Take().At;
            var right = ParseAnd();
            left = ParserState.Grow(new Logic(at, isOr: true, left, right), left, right);
        }
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (Tokens.Current.IsName("and"))
        {
            var at = Tokens.Take().At;
            var right = ParseNot();
            left = ParserState.Grow(new Logic(at, isOr: false, left, right), left, right);
        }
        return left;
    }

    private Expression ParseNot()
    {
        var signs = new Stack<SourcePosition>();
        while (Tokens.Current.IsName("not") && !Tokens.Following.IsName("in"))
            signs.Push(Tokens.Take().At);
        var value = ParseComparison();
        while (signs.TryPop(out var at))
            value = ParserState.Grow(new Negation(at, value), value);
        return value;
    }

    private Expression ParseComparison()
    {
        var at = Tokens.Current.At;
        var first = ParseSum();
        List<(ComparisonOperator, Expression)>? rest = null;
        var height = first.Height;
        while (AcceptComparison() is { } kind)
        {
            var operand = ParseSum();
            height = Math.Max(height, operand.Height);
            (rest ??= []).Add((kind, operand));
        }
        return rest is null ? first : ParserState.Grow(new ComparisonChain(at, first, [.. rest]) { Height = height + 1 });
    }

    private ComparisonOperator? AcceptComparison()
    {
        var token = Tokens.Current;
        if (token.IsName("in"))
        {
            Tokens.Take();
            return ComparisonOperator.In;
        }
        if (token.IsName("not") && Tokens.Following.IsName("in"))
        {
            Tokens.Take();
            Tokens.Take();
            return ComparisonOperator.NotIn;
        }
        ComparisonOperator? kind = token.Kind != TokenKind.Operator ? null : token.Text switch
        {
            "==" => ComparisonOperator.Equal,
            "!=" => ComparisonOperator.NotEqual,
            "<" => ComparisonOperator.Less,
            "<=" => ComparisonOperator.LessOrEqual,
            ">" => ComparisonOperator.Greater,
            ">=" => ComparisonOperator.GreaterOrEqual,
            _ => null,
        };
        if (kind is not null)
            Tokens.Take();
        return kind;
    }

    private Expression ParseSum()
    {
        var left = ParseJoining();
        while (Tokens.Current.IsOperator("+") || Tokens.Current.IsOperator("-"))
        {
            var token = Tokens.Take();
            var kind = token.Text == "+" ? BinaryOperator.Add : BinaryOperator.Subtract;
            left = Combine(token, kind, left, ParseJoining());
        }
        return left;
    }

    private Expression ParseJoining()
    {
        var at = Tokens.Current.At;
        var first = ParseProduct();
        if (!Tokens.Current.IsOperator("~"))
            return first;
        List<Expression> parts = [first];
        while (Tokens.Accept("~"))
            parts.Add(ParseProduct());
        return ParserState.Grow(new Joining(at, [.. parts]), [.. parts]);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (Tokens.Current is { Kind: TokenKind.Operator, Text: "*" or "/" or "//" or "%" })
        {
            var token = Tokens.Take();
            var kind = token.Text switch
            {
                "*" => BinaryOperator.Multiply,
                "/" => BinaryOperator.Divide,
                "//" => BinaryOperator.FloorDivide,
                _ => BinaryOperator.Modulo,
            };
            left = Combine(token, kind, left, ParsePower());
        }
        return left;
    }

    /// <summary>To the left, unlike Python: 2 ** 3 ** 2 is 64 in Jinja.</summary>
    private Expression ParsePower()
    {
        var left = ParseUnary();
        while (Tokens.Current.IsOperator("**"))
            left = Combine(Tokens.Take(), BinaryOperator.Power, left, ParseUnary());
        return left;
    }

    private Expression ParseUnary(bool withFilters = true)
    {
        Expression value;
        if (Tokens.Current is { Kind: TokenKind.Operator, Text: "-" or "+" } sign)
        {
            Tokens.Take();
            if (++_nesting > MaxNesting)
                throw Fault.Syntax($"an expression is nested more than {MaxNesting} levels deep", sign.At);
            var operand = ParseUnary(withFilters: false);
            _nesting--;
            value = ParserState.Grow(new UnaryOperation(sign.At, sign.Text == "-", operand), operand);
        }
        else
        {
            value = ParsePrimary();
        }
        value = ParsePostfix(value);
        return withFilters ? ParseFilters(value) : value;
    }

    private static BinaryOperation Combine(Token token, BinaryOperator kind, Expression left, Expression right) =>
        ParserState.Grow(new BinaryOperation(token.At, kind, left, right), left, right);
}
