namespace Vibee.Engine.Grammar.Patterns;

/// <summary>
/// One of many given texts: a run of a sorted list that agrees in its first characters, which have been read. A list of
/// five thousand enumerated values is sorted once and never written out as an expression.
/// </summary>
/// <param name="words">Sorted by scalar values, without duplicates; shared between all states.</param>
internal sealed class WordList(WordList.Words words, int first, int end, int depth) : Regex
{
    public override bool IsNullable { get; } = words.Texts[first].Length == depth;

    public override bool SameAs(Regex other) =>
        other is WordList list && list.Source == Source && list.First == First && list.End == End && list.Depth == Depth;

    public override int Hash() => HashCode.Combine(10, words, first, end, depth);

    /// <summary>How many characters the longest has left.</summary>
    public int Longest
    {
        get
        {
            var longest = 0;
            for (var at = first; at < end; at++)
                longest = Math.Max(longest, words.Texts[at].Length - depth);
            return longest;
        }
    }

    private Words Source => words;

    private int First => first;

    private int End => end;

    private int Depth => depth;

    protected override Move[] ComputeMoves(RegexFactory factory)
    {
        var moves = new List<Move>();
        for (var at = IsNullable ? first + 1 : first; at < end;)
        {
            var letter = words.Texts[at][depth];
            var next = at + 1;
            while (next < end && words.Texts[next][depth] == letter)
                next++;
            moves.Add(new Move(letter, letter, factory.Intern(new WordList(words, at, next, depth + 1))));
            at = next;
        }
        return [.. moves];
    }

    /// <param name="Texts">As scalar values.</param>
    /// <param name="Tags">What each is reported as by <see cref="KeyList"/>; null if they need not be told apart.</param>
    internal sealed record Words(int[][] Texts, int[]? Tags)
    {
        public bool Equals(Words? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
