using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

internal static class Calls
{
    /// <exception cref="TemplateException">The value cannot be called, or what it does fails.</exception>
    public static Value Invoke(Rendering rendering, in Value callee, in Arguments arguments)
    {
        if (callee.Kind == ValueKind.Object)
            return callee.AsObject.Call(rendering, arguments);
        throw callee.IsUndefined
            ? callee.AsUndefined.Fault()
            : Fault.Runtime($"'{TypeNames.Of(callee)}' object is not callable");
    }
}
