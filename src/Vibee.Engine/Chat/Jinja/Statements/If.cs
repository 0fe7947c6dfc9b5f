using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Statements;

/// <summary>{% if %} with its {% elif %} branches, tried in order, and {% else %}.</summary>
internal sealed class If((Expression Condition, Statement Body)[] branches, Statement? otherwise) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        foreach (var (condition, body) in branches)
        {
            rendering.Step(condition.At);
            if (condition.Evaluate(rendering, frame).IsTrue)
                return body.Execute(rendering, frame);
        }
        return otherwise?.Execute(rendering, frame) ?? Flow.Next;
    }
}
