namespace Vibee.Engine.Caching;

/// <summary>
/// A range of the KV cache: the positions from <see cref="Start"/> on of every slot whose path goes through it.
/// </summary>
/// <remarks>Only leaves hold a slot, since a leaf's slot holds all positions of its path. A running sequence is a leaf,
/// whose tokens are the sequence's own and grow with it.</remarks>
internal sealed class PrefixNode
{
    private ReadOnlyMemory<int> _tokens;

    /// <summary>The root, which is empty, of no slot, and never removed.</summary>
    public PrefixNode()
    {
    }

    /// <summary>A leaf for a sequence that begins to run.</summary>
    public PrefixNode(PrefixNode parent, Sequence owner)
    {
        Parent = parent;
        Start = parent.End;
        Owner = owner;
        parent.Children.Add(this);
    }

    /// <summary>A node of what was evaluated.</summary>
    public PrefixNode(PrefixNode parent, int start, ReadOnlyMemory<int> tokens)
    {
        Parent = parent;
        Start = start;
        _tokens = tokens;
        parent.Children.Add(this);
    }

    public PrefixNode? Parent { get; private set; }

    public List<PrefixNode> Children { get; } = [];

    /// <summary>The position of its first token.</summary>
    public int Start { get; private set; }

    /// <summary>The position after its last evaluated token.</summary>
    public int End => Start + Evaluated;

    /// <summary>The sequence that runs here, or null.</summary>
    public Sequence? Owner { get; private set; }

    /// <summary>Of a leaf without an owner: the slot that holds its path. −1 elsewhere.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Running sequences whose path goes through it: its cells cannot be evicted.</summary>
    public int Users { get; set; }

    /// <summary>When it was last used, on a clock that counts uses.</summary>
    public long LastUsed { get; set; }

    public bool IsRoot => Parent is null;

    /// <summary>Its tokens; those of an owner reach beyond what is evaluated.</summary>
    public ReadOnlySpan<int> Tokens => Owner is { } owner ? owner.Tokens[Start..] : _tokens.Span;

    /// <summary>How many of its tokens are in the cache.</summary>
    public int Evaluated => Owner is { } owner ? owner.Evaluated - Start : _tokens.Length;

    /// <summary>All tokens from the root to its end.</summary>
    public int[] Path()
    {
        var path = new int[End];
        for (var node = this; node.Parent is not null; node = node.Parent)
            node.Tokens[..node.Evaluated].CopyTo(path.AsSpan(node.Start));
        return path;
    }

    /// <summary>Cuts the node before <paramref name="position"/>, up to which it is evaluated.</summary>
    /// <returns>The new node above it, which has the first part.</returns>
    public PrefixNode Split(int position)
    {
        var count = position - Start;
        Parent!.Children.Remove(this);
        // The tokens of a sequence live on when it has ended, so a part of its tokens is copied.
        var upper = new PrefixNode(Parent, Start, Owner is null ? _tokens[..count] : Tokens[..count].ToArray()) { Users = Users, LastUsed = LastUsed };
        if (Owner is null)
            _tokens = _tokens[count..];
        Start = position;
        Parent = upper;
        upper.Children.Add(this);
        return upper;
    }

    /// <summary>The owner leaves; what it evaluated stays, in its slot.</summary>
    public void Leave()
    {
        _tokens = Tokens[..Evaluated].ToArray();
        Slot = Owner!.Slot;
        Owner = null;
    }

    /// <summary>Becomes one with its parent, whose only child it is.</summary>
    public void AbsorbParent()
    {
        var parent = Parent!;
        if (Owner is null)
            _tokens = (int[])[.. parent.Tokens, .. Tokens];
        Start = parent.Start;
        Parent = parent.Parent!;
        Parent.Children[Parent.Children.IndexOf(parent)] = this;
    }
}
