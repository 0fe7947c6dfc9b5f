namespace Vibee.Engine.Caching;

/// <summary>
/// A radix tree over the token prefixes that the KV cache holds, of running and of finished sequences (RadixAttention:
/// Zheng et al., SGLang, NeurIPS 2024). Pure bookkeeping: <see cref="PrefixCache"/> does to the runner what it says.
/// </summary>
/// <remarks>A parent's cells are shared by all of its children, physically. So two children may begin with the same
/// tokens: sequences that ran side by side and happened to generate alike have cells of their own.</remarks>
internal sealed class PrefixTree
{
    private long _clock;

    public PrefixNode Root { get; } = new();

    /// <summary>Looks up the longest prefix of <paramref name="tokens"/>.</summary>
    public PrefixMatch Find(ReadOnlySpan<int> tokens) => new PrefixSearch(Root, tokens).Match;

    /// <summary>Cells that would be in use for good if the prompt of <paramref name="sequence"/> were evaluated beside
    /// those that run: what cannot be evicted, and what is yet to be evaluated.</summary>
    public int CellsNeeded(Sequence sequence, PrefixMatch match)
    {
        var shared = match.Node;
        while (shared.Users == 0 && !shared.IsRoot)
            shared = shared.Parent!;
        return CellsInUse() + sequence.Length - Math.Min(match.Length, shared.End);
    }

    /// <summary>Cells of sequences that run, and those that their prompts will yet need.</summary>
    public int CellsInUse()
    {
        var cells = 0;
        foreach (var node in All())
        {
            if (node.Users > 0)
                cells += node.Tokens.Length;
        }

        return cells;
    }

    /// <summary>A sequence begins to run below <paramref name="parent"/>.</summary>
    public PrefixNode Add(PrefixNode parent, Sequence sequence)
    {
        var node = new PrefixNode(parent, sequence);
        for (var at = node; at is not null; at = at.Parent)
            at.Users++;
        Touch(node);
        MergeOnlyChild(parent);
        return node;
    }

    /// <summary>A slot holds a prefix that no sequence evaluated here.</summary>
    public void Add(int[] tokens, int slot) => Touch(new PrefixNode(Root, 0, tokens) { Slot = slot });

    /// <summary>The sequence of <paramref name="node"/> runs no more; what it evaluated becomes a leaf.</summary>
    public void Leave(PrefixNode node)
    {
        node.Leave();
        for (var at = node; at is not null; at = at.Parent)
            at.Users--;
        Touch(node);
    }

    /// <summary>Takes out a leaf.</summary>
    public void Remove(PrefixNode leaf)
    {
        var parent = leaf.Parent!;
        parent.Children.Remove(leaf);
        MergeOnlyChild(parent);
    }

    /// <summary>The path to <paramref name="node"/> was used just now.</summary>
    public void Touch(PrefixNode node)
    {
        _clock++;
        for (var at = node; at is not null; at = at.Parent)
            at.LastUsed = _clock;
    }

    /// <summary>The leaf that no sequence uses and that was used least recently, or null.</summary>
    public PrefixNode? LeastRecent()
    {
        PrefixNode? least = null;
        foreach (var node in All())
        {
            if (node.Children.Count == 0 && node.Users == 0 && (least is null || node.LastUsed < least.LastUsed))
                least = node;
        }

        return least;
    }

    /// <summary>Whether a node beside <paramref name="leaf"/> has all of its tokens too.</summary>
    public static bool IsRepeated(PrefixNode leaf) =>
        leaf.Parent!.Children.Exists(other => other != leaf && Common(leaf, other) == leaf.Evaluated);

    /// <summary>The leaves beside <paramref name="leaf"/> all of whose tokens it has too.</summary>
    public static List<PrefixNode> FindRepeatedBy(PrefixNode leaf) =>
        leaf.Parent!.Children.FindAll(other =>
            other != leaf && other.Users == 0 && other.Children.Count == 0 && Common(leaf, other) == other.Evaluated);

    /// <summary>Every node but the root.</summary>
    public IEnumerable<PrefixNode> All()
    {
        var rest = new Stack<PrefixNode>(Root.Children);
        while (rest.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node.Children)
                rest.Push(child);
        }
    }

    private static int Common(PrefixNode one, PrefixNode other) =>
        one.Tokens[..one.Evaluated].CommonPrefixLength(other.Tokens[..other.Evaluated]);

    // So every inner node has two children at least, and the tree is no deeper than it has leaves.
    private void MergeOnlyChild(PrefixNode node)
    {
        if (node != Root && node.Children is [var child])
            child.AbsorbParent();
    }
}
