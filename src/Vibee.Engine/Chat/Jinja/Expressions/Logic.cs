using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

/// <summary>a and b, a or b: the value of the operand that decides, as in Python.</summary>
internal sealed class Logic(SourcePosition at, bool isOr, Expression left, Expression right) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        rendering.Step(At);
        var value = left.Evaluate(rendering, frame);
        return value.IsTrue == isOr ? value : right.Evaluate(rendering, frame);
    }
}

internal sealed class Negation(SourcePosition at, Expression operand) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        rendering.Step(At);
        return Value.From(!operand.Evaluate(rendering, frame).IsTrue);
    }
}

/// <summary>a if condition else b; without else it is undefined when the condition fails.</summary>
internal sealed class Choice(SourcePosition at, Expression condition, Expression then, Expression? otherwise)
    : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        rendering.Step(At);
        if (condition.Evaluate(rendering, frame).IsTrue)
            return then.Evaluate(rendering, frame);
        return otherwise?.Evaluate(rendering, frame) ?? Value.Undefined(
            $"the inline if-expression on line {At.Line} evaluated to false and no else section was defined.");
    }
}
