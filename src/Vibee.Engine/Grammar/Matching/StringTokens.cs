using System.Text;
using System.Buffers;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// The vocabulary as seen from inside a JSON string that may hold anything. Most tokens are then whole characters that
/// need no escape: they are known beforehand, by their number of characters. The others begin with such characters,
/// which change nothing but the count, so that only what comes after them is looked at, once for all tokens alike.
/// </summary>
/// <remarks>The idea of precomputed slices is llguidance's, that of context-independent tokens XGrammar's.</remarks>
internal sealed class StringTokens
{
    private readonly GrammarVocabulary _vocabulary;
    private readonly List<int>[] _wholeByLength;
    private readonly TokenMask?[] _wholeUpTo;

    public StringTokens(GrammarVocabulary vocabulary, List<ReadOnlyMemory<byte>> texts, List<int> tokens)
    {
        _vocabulary = vocabulary;
        var whole = new SortedDictionary<int, List<int>>();
        var endings = new Dictionary<(int Length, string Text), int>();
        var byLength = new SortedDictionary<int, (List<ReadOnlyMemory<byte>> Rests, List<int> Groups)>();
        var groups = new List<List<int>>();
        for (var index = 0; index < tokens.Count; index++)
        {
            var (length, bytes) = Prefix(texts[index].Span);
            if (bytes == texts[index].Length)
            {
                if (!whole.TryGetValue(length, out var list))
                    whole.Add(length, list = []);
                list.Add(tokens[index]);
                continue;
            }
            var rest = texts[index][bytes..];
            var key = (length, Convert.ToHexString(rest.Span));
            if (!endings.TryGetValue(key, out var group))
            {
                endings.Add(key, group = groups.Count);
                groups.Add([]);
                if (!byLength.TryGetValue(length, out var lists))
                    byLength.Add(length, lists = ([], []));
                lists.Rests.Add(rest);
                lists.Groups.Add(group);
            }
            groups[group].Add(tokens[index]);
        }
        MaxLength = whole.Count == 0 ? 0 : whole.Keys.Last();
        _wholeByLength = [.. Enumerable.Range(0, MaxLength + 1).Select(length => whole.GetValueOrDefault(length, []))];
        _wholeUpTo = new TokenMask?[MaxLength + 1];
        Groups = [.. groups.Select(group => group.ToArray())];
        Endings = [.. byLength.Select(pair => (pair.Key, GrammarVocabulary.Sorted(pair.Value.Rests, pair.Value.Groups)))];
        var union = MergeEqualRests(byLength.Values);
        (AllEndings, AllGroups) = union;
    }

    /// <summary>Characters of the longest token without anything to escape.</summary>
    public int MaxLength { get; }

    /// <summary>By the number of characters before: what comes after them, as a tree of numbers of groups.</summary>
    public (int Length, TokenTrie Rests)[] Endings { get; }

    /// <summary>Tokens with equal length before and equal rest.</summary>
    public int[][] Groups { get; }

    /// <summary>The same whatever the length before.</summary>
    public TokenTrie AllEndings { get; }

    public int[][] AllGroups { get; }

    /// <summary>All tokens of up to so many characters, none of which needs an escape.</summary>
    public TokenMask WholeUpTo(int length)
    {
        length = Math.Min(length, MaxLength);
        if (Volatile.Read(ref _wholeUpTo[length]) is { } known)
            return known;
        var mask = new TokenMask(_vocabulary);
        for (var index = 0; index <= length; index++)
        {
            foreach (var token in _wholeByLength[index])
                mask[token] = true;
        }
        Volatile.Write(ref _wholeUpTo[length], mask);
        return mask;
    }

    private (TokenTrie, int[][]) MergeEqualRests(IEnumerable<(List<ReadOnlyMemory<byte>> Rests, List<int> Groups)> lists)
    {
        var merged = new Dictionary<string, (ReadOnlyMemory<byte> Text, List<int> Tokens)>();
        foreach (var (rests, groups) in lists)
        {
            for (var index = 0; index < rests.Count; index++)
            {
                var key = Convert.ToHexString(rests[index].Span);
                if (!merged.TryGetValue(key, out var entry))
                    merged.Add(key, entry = (rests[index], []));
                entry.Tokens.AddRange(Groups[groups[index]]);
            }
        }
        var all = merged.Values.ToArray();
        return (GrammarVocabulary.Sorted([.. all.Select(entry => entry.Text)], [.. Enumerable.Range(0, all.Length)]),
            [.. all.Select(entry => entry.Tokens.ToArray())]);
    }

    /// <returns>How many characters, in how many bytes, stand for themselves in a JSON string.</returns>
    private static (int Length, int Bytes) Prefix(ReadOnlySpan<byte> text)
    {
        var (length, bytes) = (0, 0);
        while (bytes < text.Length)
        {
            var status = Rune.DecodeFromUtf8(text[bytes..], out var rune, out var consumed);
            if (status != OperationStatus.Done || rune.Value is < 0x20 or '"' or '\\')
                break;
            bytes += consumed;
            length++;
        }
        return (length, bytes);
    }
}
