using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

/// <summary>{key: value}.</summary>
internal sealed class DictDisplay(SourcePosition at, (Expression Key, Expression Value)[] items) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        rendering.Charge(items.Length);
        var values = new OrderedDictionary<Value, Value>(items.Length);
        foreach (var (key, value) in items)
        {
            var evaluated = key.Evaluate(rendering, frame);
            rendering.Charge(evaluated.Weight);
            values[evaluated] = value.Evaluate(rendering, frame);
        }
        rendering.Step(At);
        return Value.From(new DictValue(values));
    }
}
