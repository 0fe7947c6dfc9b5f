using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Statements;

/// <summary>The condition of {% for x in xs if condition %}, with a scope and a copy of the target of its own.</summary>
internal sealed record LoopFilter(Target Target, Expression Condition, ScopeEntry Entry);

/// <summary>{% for target in items %}…{% else %}…{% endfor %}</summary>
internal sealed class For : Statement
{
    public required SourcePosition At { get; init; }

    public required Target Target { get; init; }

    public required Expression Items { get; init; }

    public required LoopFilter? Filter { get; init; }

    public required ScopeEntry Entry { get; init; }

    public required Statement Body { get; init; }

    public required ScopedBlock? Else { get; init; }

    /// <summary>Null when nothing in the body asks for `loop`: then nobody keeps count.</summary>
    public required Name? Loop { get; init; }

    /// <summary>The body can call loop(items), so every run of it has a frame of its own.</summary>
    public required bool IsRecursive { get; init; }

    public override Flow Execute(Rendering rendering, Frame frame)
    {
        var items = Items.Evaluate(rendering, frame);
        rendering.Step(At);
        return Run(rendering, frame, items, 0);
    }

    // frame: Of the statement, not of a recursive body.
    // depth: 0 for the outermost loop.
    public Flow Run(Rendering rendering, Frame frame, in Value items, int depth)
    {
        var bodyFrame = IsRecursive ? Entry.NewFrame(rendering, frame) : frame;
        var completed = Loop is null && Filter is null && items.Kind is (ValueKind.List or ValueKind.Tuple)
            ? RunList(rendering, bodyFrame, items.AsList)
            : RunAny(rendering, frame, bodyFrame, items, depth);
        return completed ? Flow.Next : Else?.Execute(rendering, frame) ?? Flow.Next;
    }

    private bool RunList(Rendering rendering, Frame frame, ListValue items)
    {
        var completed = false;
        foreach (var item in items.Items)
        {
            if (!RunBody(rendering, frame, item, ref completed))
                break;
        }
        return completed;
    }

    private bool RunAny(Rendering rendering, Frame frame, Frame bodyFrame, in Value items, int depth)
    {
        var source = Iteration.Of(rendering, items);
        if (Filter is not null)
            source = Filtered(rendering, frame, source);
        using var walk = source.GetEnumerator();
        var completed = false;
        if (Loop is null)
        {
            while (walk.MoveNext())
            {
                if (!RunBody(rendering, bodyFrame, walk.Current, ref completed))
                    break;
            }
            return completed;
        }

        var loop = new LoopValue(walk, Filter is null ? Iteration.CountOf(items) : -1, depth, IsRecursive
            ? (inner, level) => Run(rendering, frame, inner, level)
            : null);
        while (loop.MoveNext())
        {
            Loop.Assign(bodyFrame, Value.From(loop));
            if (!RunBody(rendering, bodyFrame, loop.Current, ref completed))
                break;
        }
        return completed;
    }

    // Returns whether the loop goes on. The else branch runs unless some item got to the end of the body: a body that
    // always breaks or continues has both, in jinja2 as here.
    private bool RunBody(Rendering rendering, Frame frame, in Value item, ref bool completed)
    {
        rendering.Step(At);
        Target.Assign(rendering, frame, item);
        Entry.Enter(rendering, frame);
        var flow = Body.Execute(rendering, frame);
        completed |= flow == Flow.Next;
        return flow != Flow.Break;
    }

    private IEnumerable<Value> Filtered(Rendering rendering, Frame frame, IEnumerable<Value> items)
    {
        foreach (var item in items)
        {
            Filter!.Target.Assign(rendering, frame, item);
            Filter.Entry.Enter(rendering, frame);
            if (Filter.Condition.Evaluate(rendering, frame).IsTrue)
                yield return item;
        }
    }
}
