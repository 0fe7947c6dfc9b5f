using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>Counts the slots of a frame while its scopes are resolved.</summary>
internal sealed class FrameLayout
{
    public int Slots { get; set; }
}

/// <summary>What happens when a scope is entered, each time: its variables get their first values.</summary>
internal sealed class ScopeEntry(FrameLayout layout)
{
    private readonly List<ScopeInit> _inits = [];

    public void Add(ScopeInit init) => _inits.Add(init);

    /// <summary>For scopes that own a frame.</summary>
    public Frame NewFrame(Rendering rendering, Frame? outer)
    {
        rendering.Charge(layout.Slots / 8);
        return new Frame(layout.Slots, outer);
    }

    public void Enter(Rendering rendering, Frame frame)
    {
        rendering.Charge(_inits.Count);
        foreach (var init in _inits)
            init.Run(rendering, frame);
    }
}

/// <summary>The first value of one variable: another variable's, the context's, or none.</summary>
internal readonly record struct ScopeInit(int Slot, string? ContextName, int Hops, int Source)
{
    public static ScopeInit Copy(int slot, int hops, int source) => new(slot, null, hops, source);

    public static ScopeInit FromContext(int slot, string name) => new(slot, name, 0, 0);

    public static ScopeInit Clear(int slot) => new(slot, null, 0, -1);

    public void Run(Rendering rendering, Frame frame)
    {
        if (ContextName is not null)
            frame.Slots[Slot] = rendering.Resolve(ContextName);
        else
            frame.Slots[Slot] = Source < 0 ? default : frame.Up(Hops).Slots[Source];
    }
}
