using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>
/// The variables of one call of a macro (or of the template itself). Scopes within it, such as loops, have slots of
/// their own in the same frame; a macro reads the variables around it through <see cref="Outer"/>, by reference.
/// </summary>
internal sealed class Frame(int slots, Frame? outer)
{
    public readonly Value[] Slots = new Value[slots];

    public readonly Frame? Outer = outer;

    /// <param name="hops">Frames to go outwards.</param>
    public Frame Up(int hops)
    {
        var frame = this;
        for (; hops > 0; hops--)
            frame = frame.Outer!;
        return frame;
    }
}
