namespace Vibee.Engine.Caching;

/// <param name="Node">Where the longest evaluated prefix ends.</param>
/// <param name="Length">Its length, which may end inside <paramref name="Node"/>.</param>
/// <param name="IsUnderWay">A running sequence is evaluating more of it, enough to wait for.</param>
internal readonly record struct PrefixMatch(PrefixNode Node, int Length, bool IsUnderWay);

/// <summary>A walk through the tree that finds the longest prefix.</summary>
internal ref struct PrefixSearch
{
    /// <summary>A prefix that another sequence is evaluating is waited for when that spares this many tokens; fewer,
    /// such as what every chat template begins with, are not worth a step's delay.</summary>
    private const int WorthWaitingFor = 32;

    private PrefixNode _node;
    private int _length;

    // How far the prefix will reach when the sequences that run have evaluated what they know, and how far it reaches
    // without them. What one of them has done already does not make the rest of it less worth waiting for.
    private int _promised;
    private int _settled;

    public PrefixSearch(PrefixNode root, ReadOnlySpan<int> tokens)
    {
        _node = root;
        Visit(root, tokens);
    }

    public readonly PrefixMatch Match =>
        new(_node, _length, IsUnderWay: _promised > _length && _promised - _settled >= WorthWaitingFor);

    private void Visit(PrefixNode node, ReadOnlySpan<int> tokens)
    {
        foreach (var child in node.Children)
        {
            var common = child.Tokens.CommonPrefixLength(tokens[child.Start..]);
            var ready = child.Start + Math.Min(common, child.Evaluated);
            if (ready > _length)
                (_node, _length) = (child, ready);
            // Who generates promises nothing: its tokens come one a step, and a prompt evaluates many.
            _promised = Math.Max(_promised, child.Owner is { IsDecoding: false } ? child.Start + common : ready);
            _settled = Math.Max(_settled, child.Owner is null ? ready : child.Start);
            if (common == child.Tokens.Length)
                Visit(child, tokens);
        }
    }
}
