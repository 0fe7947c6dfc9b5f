using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Statements;

/// <summary>Statements whose assignments end with them: bodies of {% generation %}, {% filter %}, {% set %}.</summary>
internal sealed class ScopedBlock(ScopeEntry entry, Statement body) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        entry.Enter(rendering, frame);
        return body.Execute(rendering, frame);
    }
}

/// <summary>{% with a = x, b = y %}: the values know nothing of each other.</summary>
internal sealed class With(
    SourcePosition at, (Target Target, Expression Value)[] variables, ScopeEntry entry, Statement body) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        rendering.Step(at);
        var values = new Value[variables.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = variables[i].Value.Evaluate(rendering, frame);
        entry.Enter(rendering, frame);
        for (var i = 0; i < values.Length; i++)
            variables[i].Target.Assign(rendering, frame, values[i]);
        return body.Execute(rendering, frame);
    }
}
