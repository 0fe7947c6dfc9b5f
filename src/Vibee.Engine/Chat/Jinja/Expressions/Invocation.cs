using Vibee.Engine.Chat.Jinja.Library;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

/// <summary>callee(arguments)</summary>
internal sealed class Invocation(SourcePosition at, Expression callee, ArgumentList arguments) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame) => Evaluate(rendering, frame, default);

    // caller: What {% call %} passes, or missing.
    public Value Evaluate(Rendering rendering, Frame frame, in Value caller)
    {
        var target = callee.Evaluate(rendering, frame);
        var given = arguments.Evaluate(rendering, frame);
        if (!caller.IsMissing)
            given = new Arguments(given.Positional, [.. given.Named, new("caller", caller)]);
        rendering.Step(At);
        return Calls.Invoke(rendering, target, given);
    }
}

/// <summary>input | filter(arguments). The input of a filter block is not an expression: it is null then.</summary>
// filter: Null for a name that no filter has: an error only if it is reached.
internal sealed class FilterCall(
    SourcePosition at, Expression? input, string name, Builtin? filter, ArgumentList arguments) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame) => Evaluate(rendering, frame, default);

    // block: The text of the block around the innermost filter of the chain.
    public Value Evaluate(Rendering rendering, Frame frame, in Value block)
    {
        var value = input switch
        {
            null => block,
            FilterCall inner => inner.Evaluate(rendering, frame, block),
            _ => input.Evaluate(rendering, frame),
        };
        var given = arguments.Evaluate(rendering, frame);
        rendering.Step(At);
        return filter is null
            ? throw Fault.Runtime($"No filter named '{name}' found.")
            : filter.Invoke(rendering, value, given);
    }
}

/// <summary>input is test(arguments)</summary>
// test: Null for a name that no test has: an error only if it is reached.
internal sealed class TestCall(
    SourcePosition at, Expression input, string name, Builtin? test, ArgumentList arguments) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        var value = input.Evaluate(rendering, frame);
        var given = arguments.Evaluate(rendering, frame);
        rendering.Step(At);
        return test is null
            ? throw Fault.Runtime($"No test named '{name}' found.")
            : Value.From(test.Invoke(rendering, value, given).IsTrue);
    }
}
