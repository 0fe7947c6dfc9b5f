using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// <summary>a &lt; b &lt;= c: true when every neighbouring pair holds; stops at the first that does not.</summary>
internal sealed class ComparisonChain(
    SourcePosition at, Expression first, (ComparisonOperator Kind, Expression Operand)[] rest) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        var left = first.Evaluate(rendering, frame);
        foreach (var (kind, operand) in rest)
        {
            var right = operand.Evaluate(rendering, frame);
            rendering.Step(At);
            if (!Holds(rendering, kind, left, right))
                return Value.False;
            left = right;
        }
        return Value.True;
    }

    public static bool Holds(Rendering rendering, ComparisonOperator kind, in Value a, in Value b) => kind switch
    {
        ComparisonOperator.Equal => Comparison.AreEqual(rendering, a, b),
        ComparisonOperator.NotEqual => !Comparison.AreEqual(rendering, a, b),
        ComparisonOperator.In => Comparison.Contains(rendering, b, a),
        ComparisonOperator.NotIn => !Comparison.Contains(rendering, b, a),
        _ when IsNaN(a) || IsNaN(b) => false,
        ComparisonOperator.Less => Comparison.Order(rendering, a, b, "<") < 0,
        ComparisonOperator.LessOrEqual => Comparison.Order(rendering, a, b, "<=") <= 0,
        ComparisonOperator.Greater => Comparison.Order(rendering, a, b, ">") > 0,
        _ => Comparison.Order(rendering, a, b, ">=") >= 0,
    };

    private static bool IsNaN(in Value value) => value.Kind == ValueKind.Float && double.IsNaN(value.AsDouble);
}
