using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Statements;

/// <summary>The text between tags.</summary>
internal sealed class TextOutput(SourcePosition at, string text) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        rendering.Step(at);
        rendering.Output.Append(text);
        return Flow.Next;
    }
}

/// <summary>{{ value }}</summary>
internal sealed class ValueOutput(Expression value) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        var result = value.Evaluate(rendering, frame);
        rendering.Step(value.At);
        rendering.Output.Append(result);
        return Flow.Next;
    }
}
