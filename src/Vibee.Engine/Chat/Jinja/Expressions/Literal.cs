using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

internal sealed class Literal(SourcePosition at, Value value) : Expression(at)
{
    public Value Value => value;

    public override Value Evaluate(Rendering rendering, Frame frame) => value;
}
