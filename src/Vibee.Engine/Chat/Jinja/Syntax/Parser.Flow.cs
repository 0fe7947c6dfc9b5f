using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Statements;

namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>Conditions and loops.</summary>
internal sealed partial class Parser
{
    private If ParseIf(SourcePosition at)
    {
        var branches = new List<(Expression, Statement)>();
        Block? otherwise = null;
        // The first condition is always looked at; what stands in the others and in the bodies may never be.
        var condition = _expressions.ParseTuple(withChoice: false);
        ExpectBlockEnd();
        var scope = _state.Scope;
        scope.Conditions++;
        while (true)
        {
            branches.Add((condition, ParseBody("elif", "else", "endif")));
            var tag = TakeEndTag();
            if (tag == "elif")
            {
                condition = _expressions.ParseTuple(withChoice: false);
                ExpectBlockEnd();
                continue;
            }
            ExpectBlockEnd();
            if (tag == "else")
                otherwise = ParseBodyAndEnd("endif");
            scope.Conditions--;
            return new If([.. branches], otherwise);
        }
    }

    private For ParseFor(SourcePosition at)
    {
        // The target belongs to the body, but the items after it to the scope around: the names wait.
        var target = ParseTarget(end: "in");
        Tokens.ExpectName("in");
        var items = _expressions.ParseTuple(withChoice: false, end: "recursive");
        var filter = Tokens.AcceptName("if") ? ParseLoopFilter(target) : null;
        var isRecursive = Tokens.AcceptName("recursive");
        ExpectBlockEnd();

        var scope = _state.OpenScope(ownsFrame: isRecursive);
        var bodyTarget = target(_state.Parameter);
        _loops++;
        var body = ParseBody("endfor", "else");
        _loops--;
        var loop = scope.Mentions("loop") ? scope.AddParameter("loop") : null;
        _state.CloseScope();

        var hasElse = TakeEndTag() == "else";
        ExpectBlockEnd();
        return new For
        {
            At = at,
            Target = bodyTarget,
            Items = items,
            Filter = filter,
            Entry = scope.Entry,
            Body = body,
            Else = hasElse ? ParseScopedBody("endfor") : null,
            Loop = loop,
            IsRecursive = isRecursive,
        };
    }

    private LoopFilter ParseLoopFilter(Func<Func<Token, Name>, Target> target)
    {
        var scope = _state.OpenScope();
        var filterTarget = target(_state.Parameter);
        var condition = _expressions.Parse();
        _state.CloseScope();
        return new LoopFilter(filterTarget, condition, scope.Entry);
    }

    private Jump ParseJump(SourcePosition at, Flow flow)
    {
        if (_loops == 0)
            throw Fault.Syntax($"'{(flow == Flow.Break ? "break" : "continue")}' outside of a loop", at);
        ExpectBlockEnd();
        return new Jump(at, flow);
    }

    /// <summary>What is assigned to. The names are noted by the caller, in the scope and at the time that is right.</summary>
    /// <param name="end">A name that ends it, such as "in".</param>
    private Func<Func<Token, Name>, Target> ParseTarget(string? end = null)
    {
        var targets = new List<Func<Func<Token, Name>, Target>>();
        var isTuple = false;
        while (!Tokens.AtTagEnd && !Tokens.Current.IsOperator(")") && !(end is not null && Tokens.Current.IsName(end)))
        {
            targets.Add(ParseSingleTarget());
            if (!Tokens.Accept(","))
                break;
            isTuple = true;
        }
        if (targets.Count == 0)
            throw Tokens.Unexpected("a name to assign to");
        return isTuple ? note => new TupleTarget([.. targets.Select(t => t(note))]) : targets[0];
    }

    private Func<Func<Token, Name>, Target> ParseSingleTarget()
    {
        if (Tokens.Accept("("))
        {
            if (++_depth > Limits.BlockDepth)
                throw Tokens.Unexpected("fewer parentheses");
            var inner = ParseTarget();
            _depth--;
            Tokens.Expect(")");
            return inner;
        }
        var name = Tokens.Expect(TokenKind.Name, "a name to assign to");
        if (Tokens.Accept("."))
        {
            var attribute = Tokens.Expect(TokenKind.Name, "a name").Text;
            // The namespace is read, whatever is done to its attribute.
            return _ => new NamespaceTarget(_state.Read(name), attribute);
        }
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
            throw Fault.Syntax($"can't assign to '{name.Text}'", name.At);
        if (name.Text == "loop" && _loops > 0)
            throw Fault.Syntax("Can't assign to special loop variable in for-loop", name.At);
        return note => new NameTarget(note(name));
    }
}
