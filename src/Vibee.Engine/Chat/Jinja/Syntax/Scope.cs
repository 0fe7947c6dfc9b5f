using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Syntax;

internal enum NameUse
{
    Read,
    Write,

    /// <summary>Written before the scope is entered: arguments, loop targets.</summary>
    Parameter,
}

/// <summary>
/// One scope of the template while it is parsed. Whether a name means a variable of this scope, of one around it, or
/// of the context depends on everything the scopes around it assign, later assignments included; so the parser only
/// notes the uses, and <see cref="Resolve"/> decides at the end. Scopes that belong to the same call share a frame.
/// </summary>
internal sealed class Scope
{
    private readonly Scope? _parent;
    private readonly bool _ownsFrame;
    private readonly List<(Name Name, NameUse Use, bool Conditional)> _uses = [];
    private readonly Dictionary<string, int> _slots = [];
    private readonly List<Scope> _children = [];
    private readonly HashSet<string> _mentioned = [];

    public Scope(Scope? parent, bool ownsFrame)
    {
        _parent = parent;
        _ownsFrame = ownsFrame;
        Layout = ownsFrame ? new FrameLayout() : parent!.Layout;
        Entry = new ScopeEntry(Layout);
        parent?._children.Add(this);
    }

    public Scope? Parent => _parent;

    public FrameLayout Layout { get; }

    public ScopeEntry Entry { get; }

    /// <summary>How many {% if %} of this scope the parser is in: what is assigned there may not be.</summary>
    public int Conditions { get; set; }

    public Name Note(Name name, NameUse use)
    {
        _uses.Add((name, use, Conditions > 0));
        if (use == NameUse.Read)
        {
            // A loop has to keep count, and a macro to collect arguments, only if something within it may ask.
            for (var scope = this; scope is not null && scope._mentioned.Add(name.Text); scope = scope._parent)
            {
            }
        }
        return name;
    }

    /// <summary>Whether the scope or one within it reads the name.</summary>
    public bool Mentions(string name) => _mentioned.Contains(name);

    /// <summary>A parameter the template did not spell out: loop, caller, varargs, kwargs.</summary>
    public Name AddParameter(string text)
    {
        var name = new Name(default, text);
        _uses.Insert(0, (name, NameUse.Parameter, false));
        return name;
    }

    /// <param name="contextNames">Collects what is read from the context.</param>
    public void Resolve(HashSet<string> contextNames)
    {
        foreach (var (name, use, conditional) in _uses)
            Declare(name.Text, use, conditional, contextNames);
        foreach (var (name, _, _) in _uses)
        {
            var (slot, hops) = Find(name.Text)!.Value;
            name.Bind(hops, slot);
        }
        foreach (var child in _children)
            child.Resolve(contextNames);
    }

    private void Declare(string name, NameUse use, bool conditional, HashSet<string> contextNames)
    {
        if (_slots.ContainsKey(name) || (use == NameUse.Read && Find(name) is not null))
            return;
        var outer = use == NameUse.Write ? Find(name) : null;
        var slot = _slots[name] = Layout.Slots++;
        if (use == NameUse.Parameter)
            return;
        if (use == NameUse.Read)
            contextNames.Add(name);
        // Before it is assigned here it has its value from around: a variable's, or else the context's if the
        // assignment may not happen.
        if (outer is { } source)
            Entry.Add(ScopeInit.Copy(slot, source.Hops, source.Slot));
        else
            Entry.Add(use == NameUse.Read || conditional ? ScopeInit.FromContext(slot, name) : ScopeInit.Clear(slot));
    }

    private (int Slot, int Hops)? Find(string name)
    {
        var hops = 0;
        for (var scope = this; scope is not null; scope = scope._parent)
        {
            if (scope._slots.TryGetValue(name, out var slot))
                return (slot, hops);
            if (scope._ownsFrame)
                hops++;
        }
        return null;
    }
}
