namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// The symbols of one word, merged pair by pair: of all neighbours the pair with the smallest rank, and of equals the
/// leftmost, until none can be. This is the encoding of byte-pair encoding (Sennrich et al., 2016, arXiv:1508.07909)
/// and of SentencePiece's BPE model alike.
/// </summary>
/// <remarks>
/// A linked list and a heap make it O(n log n), so a word of a megabyte is harmless. A symbol's index is the offset of
/// its first byte. Reused from word to word; not safe for concurrent use.
/// </remarks>
internal sealed class MergeSymbols
{
    public const int Never = int.MaxValue;

    private readonly MergeHeap _heap = new();
    private Symbol[] _symbols = new Symbol[64];

    public ref readonly Symbol this[int offset] => ref _symbols[offset];

    /// <summary>Afterwards the symbols are at 0, and from each at its <see cref="Symbol.Next"/> up to the word's end.</summary>
    public void Merge<TRule>(ReadOnlySpan<byte> word, TRule rule) where TRule : struct, IMergeRule
    {
        if (_symbols.Length < word.Length)
            _symbols = new Symbol[Math.Max(word.Length, 2 * _symbols.Length)];
        _heap.Clear();
        Spread(word, rule);
        while (_heap.TryPop(out var rank, out var offset))
        {
            ref var left = ref _symbols[offset];
            // Merged into its left neighbour, or its right one has changed, since it was queued.
            if (left.Rank != rank)
                continue;

            ref var right = ref _symbols[left.Next];
            right.Rank = Never;
            left.Token = left.Merged;
            left.Next = right.Next;
            if (left.Next < word.Length)
                _symbols[left.Next].Previous = offset;
            if (left.Previous >= 0)
                Queue(word, left.Previous, rule);
            Queue(word, offset, rule);
        }
    }

    private void Spread<TRule>(ReadOnlySpan<byte> word, TRule rule) where TRule : struct, IMergeRule
    {
        var previous = -1;
        for (var offset = 0; offset < word.Length;)
        {
            var token = rule.FirstSymbol(word[offset..], out var length);
            _symbols[offset] = new Symbol { Previous = previous, Next = offset + length, Token = token };
            if (previous >= 0)
                Queue(word, previous, rule);
            previous = offset;
            offset += length;
        }
        _symbols[previous].Rank = Never;
    }

    private void Queue<TRule>(ReadOnlySpan<byte> word, int offset, TRule rule) where TRule : struct, IMergeRule
    {
        ref var left = ref _symbols[offset];
        left.Rank = Never;
        if (left.Next == word.Length)
            return;
        ref var right = ref _symbols[left.Next];
        left.Rank = rule.Rank(left.Token, right.Token, word[offset..right.Next], out left.Merged);
        if (left.Rank != Never)
            _heap.Push(left.Rank, offset);
    }

    internal struct Symbol
    {
        public int Token;

        /// <summary>Offset of the symbol after it; the word's length for the last.</summary>
        public int Next;

        /// <summary>−1 for the first.</summary>
        internal int Previous;

        /// <summary>Of the pair that it makes with the next.</summary>
        internal int Rank;

        /// <summary>What that pair becomes.</summary>
        internal int Merged;
    }
}
