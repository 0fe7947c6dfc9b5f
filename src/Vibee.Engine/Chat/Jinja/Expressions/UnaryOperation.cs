using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

internal sealed class UnaryOperation(SourcePosition at, bool negates, Expression operand) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        var value = operand.Evaluate(rendering, frame);
        rendering.Step(At);
        return negates ? Arithmetic.Negate(value) : Arithmetic.Plus(value);
    }
}
