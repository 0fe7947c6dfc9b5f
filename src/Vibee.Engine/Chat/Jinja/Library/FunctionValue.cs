using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>A function, or a method with the value it was taken from.</summary>
internal sealed class FunctionValue(Builtin builtin, Value self = default) : TemplateObject
{
    public override string TypeName => self.IsMissing ? "function" : "builtin_function_or_method";

    public override bool IsCallable => true;

    public override Value Call(Rendering rendering, in Arguments arguments) =>
        builtin.Invoke(rendering, self, arguments);

    public override string ToString() => self.IsMissing
        ? $"<function {builtin.Name}>"
        : $"<built-in method {builtin.Name} of {TypeNames.Of(self)} object>";
}
