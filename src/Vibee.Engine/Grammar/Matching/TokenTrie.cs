using System.Buffers;
using System.Text;
using Vibee.Engine.Grammar.Lexing;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Texts of tokens as a tree of bytes, laid out in the order of a walk: a node's children follow it, and what cannot
/// be reached is skipped in one step. 300,000 nodes of a 128k vocabulary take 6 MB.
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
        (Below, Heights) = Look();
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

    /// <summary>Which characters the texts have after a node, as <see cref="LetterGroups"/>; for nodes between characters.</summary>
    public ulong[] Below { get; }

    /// <summary>How many bytes the longest of them has after a node.</summary>
    public byte[] Heights { get; }

    /// <summary>For a token that stands in the tree others with the same bytes, which do not.</summary>
    public ILookup<int, int> Same { get; }

    private (ulong[] Below, byte[] Heights) Look()
    {
        var (below, heights, path) = (new ulong[Bytes.Length], new byte[Bytes.Length], new int[MaxDepth + 1]);
        var (own, parents, starts) = (new ulong[Bytes.Length], new int[Bytes.Length], new int[MaxDepth + 1]);
        var text = new byte[MaxDepth];
        for (var node = 0; node < Bytes.Length; node++)
        {
            var depth = Depths[node];
            (path[depth], text[depth], parents[node]) = (node, Bytes[node], depth == 0 ? -1 : path[depth - 1]);
            // A character begun has no group; a text that ends in it is none of characters.
            var start = starts[depth];
            var status = Rune.DecodeFromUtf8(text.AsSpan(start..(depth + 1)), out var rune, out _);
            own[node] = status switch
            {
                OperationStatus.Done => LetterGroups.Of(rune.Value),
                OperationStatus.NeedMoreData when Tokens[node] < 0 => 0,
                _ => LetterGroups.Never,
            };
            starts[depth + 1] = status == OperationStatus.NeedMoreData ? start : depth + 1;
        }
        for (var node = Bytes.Length - 1; node >= 0; node--)
        {
            if (parents[node] is not (>= 0 and var parent))
                continue;
            below[parent] |= own[node] | below[node];
            heights[parent] = Math.Max(heights[parent], (byte)(heights[node] + 1));
        }
        return (below, heights);
    }

    private void Close(List<int> path, int depth)
    {
        for (var index = path.Count - 1; index >= depth; index--)
            _ends[path[index]] = _bytes.Count;
        path.RemoveRange(depth, path.Count - depth);
    }
}
