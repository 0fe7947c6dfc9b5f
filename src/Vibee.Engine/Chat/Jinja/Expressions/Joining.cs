using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

/// <summary>a ~ b ~ c: everything as text, joined.</summary>
internal sealed class Joining(SourcePosition at, Expression[] parts) : Expression(at)
{
    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        var texts = new string[parts.Length];
        var length = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = PythonText.Str(rendering, parts[i].Evaluate(rendering, frame));
            rendering.ChargeOutput(length, texts[i].Length);
            length += texts[i].Length;
        }
        rendering.Step(At);
        return Value.From(string.Concat(texts));
    }
}
