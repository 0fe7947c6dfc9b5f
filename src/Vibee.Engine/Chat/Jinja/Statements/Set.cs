using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Statements;

/// <summary>{% set target = value %}</summary>
internal sealed class Set(SourcePosition at, Target target, Expression value) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        var evaluated = value.Evaluate(rendering, frame);
        rendering.Step(at);
        target.Assign(rendering, frame, evaluated);
        return Flow.Next;
    }
}

/// <summary>{% set target %}…{% endset %}, or {% set target | filter %}…{% endset %}</summary>
internal sealed class SetBlock(SourcePosition at, Target target, FilterCall? filter, ScopedBlock body) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        rendering.Step(at);
        var start = rendering.Output.Length;
        var flow = body.Execute(rendering, frame);
        var text = Value.From(rendering.Output.Cut(start));
        if (flow != Flow.Next)
            return flow;
        target.Assign(rendering, frame, filter?.Evaluate(rendering, frame, text) ?? text);
        return Flow.Next;
    }
}

/// <summary>{% filter name %}…{% endfilter %}</summary>
internal sealed class FilterBlock(SourcePosition at, FilterCall filter, ScopedBlock body) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        rendering.Step(at);
        var start = rendering.Output.Length;
        var flow = body.Execute(rendering, frame);
        var text = Value.From(rendering.Output.Cut(start));
        if (flow != Flow.Next)
            return flow;
        rendering.Output.Append(filter.Evaluate(rendering, frame, text));
        return Flow.Next;
    }
}
