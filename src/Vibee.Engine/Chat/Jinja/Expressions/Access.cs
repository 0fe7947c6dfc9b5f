using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

/// <summary>owner.name</summary>
internal sealed class AttributeAccess(SourcePosition at, Expression owner, string name) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        var value = owner.Evaluate(rendering, frame);
        rendering.Step(At);
        return Attributes.Get(rendering, value, name);
    }
}

/// <summary>owner[key]</summary>
internal sealed class ItemAccess(SourcePosition at, Expression owner, Expression key) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        var value = owner.Evaluate(rendering, frame);
        var index = key.Evaluate(rendering, frame);
        rendering.Step(At);
        return Attributes.GetItem(rendering, value, index);
    }
}

/// <summary>owner[start:stop:step]</summary>
internal sealed class SliceAccess(
    SourcePosition at, Expression owner, Expression? start, Expression? stop, Expression? step) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        var value = owner.Evaluate(rendering, frame);
        var first = start?.Evaluate(rendering, frame) ?? default;
        var end = stop?.Evaluate(rendering, frame) ?? default;
        var stride = step?.Evaluate(rendering, frame) ?? default;
        rendering.Step(At);
        return Slicing.Slice(rendering, value, first, end, stride);
    }
}
