using Vibee.Engine.Chat.Jinja.Library;
using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>cycler(a, b): next() goes round. Lives within one render.</summary>
internal sealed class CyclerValue : TemplateObject
{
    private readonly Value[] _items;
    private int _next;

    public CyclerValue(Value[] items) =>
        _items = items.Length > 0 ? items : throw Fault.Runtime("at least one item has to be provided");

    public override string TypeName => "Cycler";

    public override Value GetAttribute(string name) => name switch
    {
        "current" => _items[_next],
        "next" => Value.From(new FunctionValue(new Builtin("next", "", (_, _, _) => Next()))),
        "reset" => Value.From(new FunctionValue(new Builtin("reset", "", (_, _, _) => Reset()))),
        _ => default,
    };

    private Value Next()
    {
        var item = _items[_next];
        _next = (_next + 1) % _items.Length;
        return item;
    }

    private Value Reset()
    {
        _next = 0;
        return Value.None;
    }
}

/// <summary>joiner(sep): nothing when called first, the separator from then on.</summary>
internal sealed class JoinerValue(Value separator) : TemplateObject
{
    private bool _used;

    public override string TypeName => "Joiner";

    public override bool IsCallable => true;

    public override Value Call(Rendering rendering, in Arguments arguments)
    {
        var first = !_used;
        _used = true;
        return first ? Value.EmptyText : separator;
    }
}
