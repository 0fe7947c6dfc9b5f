using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Statements;

/// <summary>A macro as written: {% macro name(a, b=1) %}, or the body of {% call %}.</summary>
internal sealed class MacroDefinition
{
    public required string Name { get; init; }

    public required Name[] Parameters { get; init; }

    /// <summary>For the last parameters.</summary>
    public required Expression[] Defaults { get; init; }

    public required ScopeEntry Entry { get; init; }

    public required Statement Body { get; init; }

    /// <summary>Null when the body does not use it; then passing one is an error. Likewise the next two.</summary>
    public required Name? Caller { get; init; }

    public required Name? VarArgs { get; init; }

    public required Name? KwArgs { get; init; }
}

/// <summary>{% macro %}</summary>
internal sealed class Macro(SourcePosition at, Name name, MacroDefinition definition) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        rendering.Step(at);
        name.Assign(frame, Value.From(new MacroValue(definition, frame)));
        return Flow.Next;
    }
}

/// <summary>{% call(a) macro(x) %}…{% endcall %}: the body is a macro that the called one knows as `caller`.</summary>
internal sealed class CallBlock(Invocation call, MacroDefinition body) : Statement
{
    public override Flow Execute(Rendering rendering, Frame frame)
    {
        var caller = Value.From(new MacroValue(body, frame));
        rendering.Output.Append(call.Evaluate(rendering, frame, caller));
        return Flow.Next;
    }
}
