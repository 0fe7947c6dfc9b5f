using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Statements;

/// <summary>What can be assigned to: a name, an attribute of a namespace, or several of them.</summary>
internal abstract class Target
{
    public abstract void Assign(Rendering rendering, Frame frame, in Value value);
}

internal sealed class NameTarget(Name name) : Target
{
    public Name Name => name;

    public override void Assign(Rendering rendering, Frame frame, in Value value) => name.Assign(frame, value);
}

internal sealed class NamespaceTarget(Name name, string attribute) : Target
{
    public override void Assign(Rendering rendering, Frame frame, in Value value)
    {
        rendering.Step(name.At);
        var owner = name.Evaluate(rendering, frame);
        if (owner.Kind != ValueKind.Object || owner.AsObject is not NamespaceValue target)
            throw Fault.Runtime("cannot assign attribute on non-namespace object");
        target.Set(attribute, value);
    }
}

internal sealed class TupleTarget(Target[] targets) : Target
{
    public Target[] Targets => targets;

    public override void Assign(Rendering rendering, Frame frame, in Value value)
    {
        if (value.IsUndefined)
            throw Fault.Runtime($"not enough values to unpack (expected {targets.Length}, got 0)");
        var values = Iteration.ToArray(rendering, value);
        if (values.Length < targets.Length)
        {
            throw Fault.Runtime(
                $"not enough values to unpack (expected {targets.Length}, got {values.Length})");
        }
        if (values.Length > targets.Length)
            throw Fault.Runtime($"too many values to unpack (expected {targets.Length})");
        for (var i = 0; i < values.Length; i++)
            targets[i].Assign(rendering, frame, values[i]);
    }
}
