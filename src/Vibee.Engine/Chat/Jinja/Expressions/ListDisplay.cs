using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

/// <summary>[a, b] or (a, b).</summary>
internal sealed class ListDisplay(SourcePosition at, Expression[] items, bool isTuple) : Expression(at)
{
    public Expression[] Items => items;

    public bool IsTuple => isTuple;

    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        rendering.Step(At);
        rendering.Charge(items.Length);
        var values = new Value[items.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = items[i].Evaluate(rendering, frame);
        return Value.From(new ListValue(values, isTuple));
    }
}
