using System.Buffers;
using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// Finds which tokens' texts begin at a position of a text: a tree of bytes, with a vectorised search for the
/// positions where any may begin.
/// </summary>
internal sealed class TokenTrie
{
    private const int Root = 0;

    // A dictionary's entry: hash, link, key, value; and its bucket.
    private const int BytesPerChild = 24;

    /// <summary>Keyed by node and byte: nodes are few and mostly have one child.</summary>
    private readonly Dictionary<(int Node, byte Value), int> _children = [];
    private readonly List<Node> _nodes = [new(-1, Root, 0)];
    private readonly SearchValues<byte> _firsts;

    public TokenTrie(ByteStrings texts, IEnumerable<int> tokens)
    {
        foreach (var token in tokens)
            Add(texts[token], token);
        LinkShorter();
        _firsts = SearchValues.Create([.. _children.Keys.Where(key => key.Node == Root).Select(key => key.Value)]);
    }

    public long Bytes => (long)BytesPerChild * _children.Capacity + (long)Unsafe.SizeOf<Node>() * _nodes.Capacity;

    /// <summary>The next position of <paramref name="text"/> where some token may begin, or −1.</summary>
    public int NextCandidate(ReadOnlySpan<byte> text) => text.IndexOfAny(_firsts);

    /// <summary>The longest token that <paramref name="text"/> begins with.</summary>
    /// <returns>Its node, 0 if there is none. <see cref="this[int]"/> leads on to the shorter ones.</returns>
    public int Longest(ReadOnlySpan<byte> text)
    {
        var (node, longest) = (Root, Root);
        foreach (var value in text)
        {
            if (!_children.TryGetValue((node, value), out node))
                break;
            if (_nodes[node].Token >= 0)
                longest = node;
        }
        return longest;
    }

    public Node this[int node] => _nodes[node];

    private void Add(ReadOnlySpan<byte> text, int token)
    {
        var node = Root;
        foreach (var value in text)
        {
            if (!_children.TryGetValue((node, value), out var child))
            {
                child = _nodes.Count;
                _nodes.Add(new Node(-1, node, _nodes[node].Length + 1));
                _children.Add((node, value), child);
            }
            node = child;
        }
        if (_nodes[node].Token < 0)
            _nodes[node] = _nodes[node] with { Token = token };
    }

    /// <summary>Replaces each node's parent with the nearest ancestor that ends a token. Parents come before children.</summary>
    private void LinkShorter()
    {
        for (var node = 1; node < _nodes.Count; node++)
        {
            var parent = _nodes[node].Shorter;
            if (_nodes[parent].Token < 0)
                _nodes[node] = _nodes[node] with { Shorter = _nodes[parent].Shorter };
        }
    }

    /// <param name="Token">−1 where no token ends.</param>
    /// <param name="Shorter">The node of the next shorter token that begins likewise; 0 if there is none.</param>
    /// <param name="Length">Bytes.</param>
    internal readonly record struct Node(int Token, int Shorter, int Length);
}
