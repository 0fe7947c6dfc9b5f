using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

internal enum BinaryOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

internal sealed class BinaryOperation(SourcePosition at, BinaryOperator kind, Expression left, Expression right)
    : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        var a = left.Evaluate(rendering, frame);
        var b = right.Evaluate(rendering, frame);
        rendering.Step(At);
        if (kind == BinaryOperator.Add)
            return Arithmetic.Add(rendering, a, b);
        rendering.ChargeLongInteger(a);
        rendering.ChargeLongInteger(b);
        return kind switch
        {
            BinaryOperator.Subtract => Arithmetic.Subtract(a, b),
            BinaryOperator.Multiply => Arithmetic.Multiply(rendering, a, b),
            BinaryOperator.Divide => Arithmetic.Divide(a, b),
            BinaryOperator.FloorDivide => Arithmetic.FloorDivide(a, b),
            BinaryOperator.Modulo => Arithmetic.Modulo(rendering, a, b),
            _ => Raise(rendering, a, b),
        };
    }

    private static Value Raise(Rendering rendering, in Value a, in Value b)
    {
        rendering.Charge(Limits.LongIntegerSteps);
        return Arithmetic.Power(a, b);
    }
}
