using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Expressions;

/// <summary>A variable, read or written. Which slot it is, scope analysis says once the whole template is known.</summary>
internal sealed class Name(SourcePosition at, string text) : Expression(at)
{
    private int _hops;
    private int _slot;

    public string Text => text;

    // hops: Frames outwards from the one it is used in.
    public void Bind(int hops, int slot) => (_hops, _slot) = (hops, slot);

    public override Value Evaluate(Rendering rendering, Frame frame)
    {
        var value = frame.Up(_hops).Slots[_slot];
        return value.IsMissing ? Value.Undefined(UndefinedReason.Variable(text)) : value;
    }

    public void Assign(Frame frame, in Value value) => frame.Up(_hops).Slots[_slot] = value;

    public bool IsSet(Frame frame) => !frame.Up(_hops).Slots[_slot].IsMissing;
}
