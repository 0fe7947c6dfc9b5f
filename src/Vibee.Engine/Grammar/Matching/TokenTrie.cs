namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Texts of tokens as a tree of bytes, laid out in the order of a walk: a node's children follow it, and what cannot
/// be reached is skipped in one step. 300,000 nodes of a 128k vocabulary take 4 MB.
/// </summary>
internal sealed class TokenTrie
{
    private readonly List<byte> _bytes = [];
    private readonly List<byte> _depths = [];
    private readonly List<int> _ends = [];
    private readonly List<int> _tokens = [];

    /// <param name="texts">Sorted by bytes; equal ones follow each other.</param>
    /// <param name="tokens">What is found at the end of each: a token or the number of a group.</param>
    public TokenTrie(IReadOnlyList<ReadOnlyMemory<byte>> texts, IReadOnlyList<int> tokens)
    {
        var path = new List<int>();
        var before = ReadOnlyMemory<byte>.Empty;
        var same = new List<(int Token, int Other)>();
        for (var index = 0; index < texts.Count; index++)
        {
            var text = texts[index];
            if (text.Length is 0 or > byte.MaxValue)
                continue;
            var common = before.Span.CommonPrefixLength(text.Span);
            if (common == text.Length && before.Length == text.Length)
            {
                same.Add((_tokens[^1], tokens[index]));
                continue;
            }
            Close(path, common);
            for (var depth = common; depth < text.Length; depth++)
            {
                path.Add(_bytes.Count);
                _bytes.Add(text.Span[depth]);
                _depths.Add((byte)depth);
                _ends.Add(0);
                _tokens.Add(-1);
            }
            _tokens[^1] = tokens[index];
            MaxDepth = Math.Max(MaxDepth, text.Length);
            before = text;
        }
        Close(path, 0);
        (Bytes, Depths, Ends, Tokens) = ([.. _bytes], [.. _depths], [.. _ends], [.. _tokens]);
        Same = same.ToLookup(pair => pair.Token, pair => pair.Other);
        (_bytes, _depths, _ends, _tokens) = ([], [], [], []);
    }

    public byte[] Bytes { get; }

    /// <summary>The root's children are at 0.</summary>
    public byte[] Depths { get; }

    /// <summary>The first node after a node's descendants.</summary>
    public int[] Ends { get; }

    /// <summary>−1 where none ends.</summary>
    public int[] Tokens { get; }

    public int MaxDepth { get; }

    /// <summary>For a token that stands in the tree others with the same bytes, which do not.</summary>
    public ILookup<int, int> Same { get; }

    private void Close(List<int> path, int depth)
    {
        for (var index = path.Count - 1; index >= depth; index--)
            _ends[path[index]] = _bytes.Count;
        path.RemoveRange(depth, path.Count - depth);
    }
}
