namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// Cuts a text at the special tokens written in it. As in llama.cpp, the longest tokens are found first, in the whole
/// text, and shorter ones only in what is left between them.
/// </summary>
/// <remarks>
/// llama.cpp searches the text once for each special token, of which a vocabulary may have thousands. Here one pass
/// finds where any of them begins, and the candidates then claim their bytes in the order of their length.
/// </remarks>
internal sealed class SpecialTokenSplitter
{
    private readonly Vocabulary _vocabulary;
    private readonly TokenTrie _userDefined;
    private readonly TokenTrie _all;

    public SpecialTokenSplitter(Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _all = TrieOf(TokenAttributes.Special, except: TokenAttributes.None);
        _userDefined = TrieOf(TokenAttributes.UserDefined, except: TokenAttributes.Control | TokenAttributes.Unknown);
    }

    public long Bytes => _all.Bytes + _userDefined.Bytes;

    /// <summary>The text in order, as stretches of ordinary text and special tokens. None is empty.</summary>
    public List<Fragment> Split(ReadOnlySpan<byte> text, bool parseSpecial)
    {
        var trie = parseSpecial ? _all : _userDefined;
        var candidates = Candidates(text, trie);
        if (candidates.Count == 0)
            return text.IsEmpty ? [] : [new Fragment(0, text.Length, -1)];

        var fragments = Claim(text, trie, candidates);
        fragments.Sort((left, right) => left.Start.CompareTo(right.Start));
        return FillGaps(text.Length, fragments);
    }

    /// <summary>Positions where tokens begin, by the length of the longest, each list ascending.</summary>
    private static SortedList<int, List<Candidate>> Candidates(ReadOnlySpan<byte> text, TokenTrie trie)
    {
        var candidates = new SortedList<int, List<Candidate>>();
        for (var at = 0; at < text.Length; at++)
        {
            var skipped = trie.NextCandidate(text[at..]);
            if (skipped < 0)
                break;
            at += skipped;
            Add(candidates, trie, at, trie.Longest(text[at..]));
        }
        return candidates;
    }

    private static void Add(SortedList<int, List<Candidate>> candidates, TokenTrie trie, int at, int node)
    {
        if (node == 0)
            return;
        var length = trie[node].Length;
        if (!candidates.TryGetValue(length, out var list))
            candidates.Add(length, list = []);
        list.Add(new Candidate(at, node));
    }

    private List<Fragment> Claim(ReadOnlySpan<byte> text, TokenTrie trie, SortedList<int, List<Candidate>> candidates)
    {
        var claimed = new bool[text.Length];
        var fragments = new List<Fragment>();
        while (candidates.Count > 0)
        {
            var list = candidates.GetValueAtIndex(candidates.Count - 1);
            candidates.RemoveAt(candidates.Count - 1);
            list.Sort((left, right) => left.Start.CompareTo(right.Start));
            foreach (var (start, node) in list)
            {
                var (token, shorter, length) = trie[node];
                if (claimed[start])
                    continue;
                // What was claimed before is at least as long: if it overlaps, it covers the first byte or the last.
                if (claimed[start + length - 1])
                {
                    Add(candidates, trie, start, shorter);
                    continue;
                }

                claimed.AsSpan(start, length).Fill(true);
                fragments.Add(new Fragment(start, length, token));
                if (_vocabulary.Is(token, TokenAttributes.StripsLeft))
                    fragments.Add(Strip(text, claimed, start - 1, -1));
                if (_vocabulary.Is(token, TokenAttributes.StripsRight))
                    fragments.Add(Strip(text, claimed, start + length, 1));
            }
        }
        return fragments;
    }

    /// <summary>Claims white space from <paramref name="start"/> on.</summary>
    private static Fragment Strip(ReadOnlySpan<byte> text, bool[] claimed, int start, int step)
    {
        var at = start;
        for (; at >= 0 && at < text.Length && !claimed[at] && text[at] is (byte)' ' or >= 9 and <= 13; at += step)
            claimed[at] = true;
        return step > 0 ? new Fragment(start, at - start, Fragment.Dropped) : new Fragment(at + 1, start - at, Fragment.Dropped);
    }

    private static List<Fragment> FillGaps(int length, List<Fragment> claimed)
    {
        var fragments = new List<Fragment>(2 * claimed.Count + 1);
        var end = 0;
        foreach (var fragment in claimed)
        {
            if (fragment.Length == 0)
                continue;
            if (fragment.Start > end)
                fragments.Add(new Fragment(end, fragment.Start - end, -1));
            if (fragment.Token != Fragment.Dropped)
                fragments.Add(fragment);
            end = fragment.Start + fragment.Length;
        }
        if (end < length)
            fragments.Add(new Fragment(end, length - end, -1));
        return fragments;
    }

    private TokenTrie TrieOf(TokenAttributes any, TokenAttributes except) => new(
        _vocabulary.Texts,
        Enumerable.Range(0, _vocabulary.Count).Where(token => _vocabulary.Is(token, any) && !_vocabulary.Is(token, except)));

    private readonly record struct Candidate(int Start, int Node);
}
