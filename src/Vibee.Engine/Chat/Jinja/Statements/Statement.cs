using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Statements;

/// <summary>How a statement ended: whether the loop around it goes on as usual.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A node of the compiled template; shared by all renders, so it keeps nothing of any of them.</summary>
internal abstract class Statement
{
    public abstract Flow Execute(Rendering rendering, Frame frame);
}

internal sealed class Block(Statement[] statements) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        foreach (var statement in statements)
        {
            var flow = statement.Execute(rendering, frame);
            if (flow != Flow.Next)
                return flow;
        }
        return Flow.Next;
    }
}

/// <summary>{% break %} and {% continue %}</summary>
internal sealed class Jump(SourcePosition at, Flow flow) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        rendering.Step(at);
        return flow;
    }
}
