using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Statements;

namespace Vibee.Engine.Chat.Jinja.Syntax;

/// <summary>Assignments, macros, and blocks that do something with their text.</summary>
internal sealed partial class Parser
{
    private Statement ParseSet(SourcePosition at)
    {
        var target = ParseTarget();
        if (Tokens.Accept("="))
        {
            var value = _expressions.ParseTuple();
            ExpectBlockEnd();
            return new Set(at, target(_state.Write), value);
        }

        var noted = target(_state.Write);
        var scope = _state.OpenScope();
        var filter = _expressions.ParseFilterChain(null);
        ExpectBlockEnd();
        var body = ParseBodyAndEnd("endset");
        _state.CloseScope();
        return new SetBlock(at, noted, filter, new ScopedBlock(scope.Entry, body));
    }

    private FilterBlock ParseFilter(SourcePosition at)
    {
        var scope = _state.OpenScope();
        var filter = _expressions.ParseFilterChain(null, startsInline: true)!;
        ExpectBlockEnd();
        var body = ParseBodyAndEnd("endfilter");
        _state.CloseScope();
        return new FilterBlock(at, filter, new ScopedBlock(scope.Entry, body));
    }

    private With ParseWith(SourcePosition at)
    {
        var variables = new List<(Func<Func<Token, Name>, Target> Target, Expression Value)>();
        while (Tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
                Tokens.Expect(",");
            var target = ParseSingleTarget();
            Tokens.Expect("=");
            variables.Add((target, _expressions.Parse()));
        }
        ExpectBlockEnd();
        var scope = _state.OpenScope();
        var noted = variables.Select(v => (v.Target(_state.Parameter), v.Value)).ToArray();
        var body = ParseBodyAndEnd("endwith");
        _state.CloseScope();
        return new With(at, noted, scope.Entry, body);
    }

    private ScopedBlock ParseGeneration(SourcePosition at)
    {
        ExpectBlockEnd();
        return ParseScopedBody("endgeneration");
    }

    private Block ParsePrint(SourcePosition at)
    {
        var values = new List<Statement>();
        do
            values.Add(new ValueOutput(_expressions.Parse()));
        while (Tokens.Accept(","));
        ExpectBlockEnd();
        return new Block([.. values]);
    }

    private Macro ParseMacro(SourcePosition at)
    {
        var token = Tokens.Expect(TokenKind.Name, "the name of the macro");
        var name = _state.Write(token);
        var scope = _state.OpenScope(ownsFrame: true);
        return new Macro(at, name, ParseMacroBody(token.Text, scope, ParseSignature(), "endmacro"));
    }

    private CallBlock ParseCall(SourcePosition at)
    {
        // The parameters of the body come first in the source; the call after them belongs to the scope around.
        var scope = _state.OpenScope(ownsFrame: true);
        var signature = Tokens.Current.IsOperator("(") ? ParseSignature() : ([], []);
        _state.CloseScope();
        var call = _expressions.Parse() as Invocation ?? throw Fault.Syntax("expected call", at);
        _state.Reopen(scope);
        return new CallBlock(call, ParseMacroBody("caller", scope, signature, "endcall"));
    }

    private MacroDefinition ParseMacroBody(
        string name, Scope scope, (Name[] Parameters, Expression[] Defaults) signature, string endTag)
    {
        ExpectBlockEnd();
        var outerLoops = _loops;
        _loops = 0;
        var body = ParseBodyAndEnd(endTag);
        _loops = outerLoops;
        var definition = new MacroDefinition
        {
            Name = name,
            Parameters = signature.Parameters,
            Defaults = signature.Defaults,
            Entry = scope.Entry,
            Body = body,
            Caller = AddParameter("caller"),
            VarArgs = AddParameter("varargs"),
            KwArgs = AddParameter("kwargs"),
        };
        _state.CloseScope();
        return definition;

        Name? AddParameter(string special) =>
            scope.Mentions(special) && Array.TrueForAll(signature.Parameters, p => p.Text != special)
                ? scope.AddParameter(special)
                : null;
    }

    private (Name[] Parameters, Expression[] Defaults) ParseSignature()
    {
        var parameters = new List<Name>();
        var defaults = new List<Expression>();
        Tokens.Expect("(");
        while (!Tokens.Accept(")"))
        {
            if (parameters.Count > 0)
                Tokens.Expect(",");
            var token = Tokens.Expect(TokenKind.Name, "the name of a parameter");
            parameters.Add(_state.Parameter(token));
            if (Tokens.Accept("="))
                defaults.Add(_expressions.Parse());
            else if (token.Text == "caller")
                throw Fault.Syntax("a parameter named caller needs a default value", token.At);
            else if (defaults.Count > 0)
                throw Fault.Syntax("non-default argument follows default argument", token.At);
        }
        return ([.. parameters], [.. defaults]);
    }
}
