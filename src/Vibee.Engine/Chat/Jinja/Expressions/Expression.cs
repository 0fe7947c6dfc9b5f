using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

/// <summary>A node of the compiled template; shared by all renders, so it keeps nothing of any of them.</summary>
internal abstract class Expression(SourcePosition at)
{
    public SourcePosition At => at;

    /// <summary>Levels below this node and itself; the parser keeps it in bounds, so that evaluating may recurse.</summary>
    public int Height { get; set; } = 1;

    public abstract Value Evaluate(Rendering rendering, Frame frame);
}
