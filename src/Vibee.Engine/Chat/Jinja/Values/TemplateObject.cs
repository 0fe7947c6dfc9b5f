using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>
/// A value with attributes of its own. Attributes are looked up by name in code, never by reflection: a template
/// reaches what is listed there and nothing else.
/// </summary>
internal abstract class TemplateObject
{
    /// <summary>The type as error messages name it.</summary>
    public abstract string TypeName { get; }

    public virtual bool IsCallable => false;

    public virtual Value GetAttribute(string name) => default;

    public virtual Value Call(Rendering rendering, in Arguments arguments) =>
        throw Fault.Runtime($"'{TypeName}' object is not callable");

    /// <summary>What printing it shows, where that is no use to anyone but must not fail.</summary>
    public override string ToString() => $"<{TypeName}>";
}
