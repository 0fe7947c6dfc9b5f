using System.Numerics;

namespace Vibee.Engine.Grammar.Patterns;

/// <summary>
/// The keys that may come next in an object: some of a list, each with a tag of its own, and perhaps any key that is not
/// in the list. The same could be said with unions and complements, at ten times the cost for each letter. A state knows
/// only the words that it can still become, so that it is the same whichever others have been used up.
/// </summary>
/// <param name="words">All of the list, sorted, with tags; one object for each list.</param>
/// <param name="excluded">A bit for each word from <paramref name="first"/> to <paramref name="end"/> that must not come.</param>
/// <param name="rest">What follows once the key is none of the list: anything, and a tag; null if it must be one.</param>
internal sealed class KeyList(WordList.Words words, int first, int end, int depth, BigInteger excluded, Regex? rest) : Regex
{
    private readonly bool _isWord = words.Texts[first].Length == depth;

    public override bool IsNullable { get; } = words.Texts[first].Length == depth ? (excluded >> first).IsEven : rest != null;

    public override bool SameAs(Regex other) => other is KeyList list && list.State == State;

    public override int Hash() => HashCode.Combine(12, words, first, end, depth, excluded, rest?.Id ?? -1);

    private (WordList.Words, int, int, int, BigInteger, Regex?) State => (words, first, end, depth, excluded, rest);

    protected override Move[] ComputeMoves(RegexFactory factory)
    {
        var moves = new List<Move>();
        var next = 0;
        for (var at = _isWord ? first + 1 : first; at < end;)
        {
            var letter = words.Texts[at][depth];
            var until = at + 1;
            while (until < end && words.Texts[until][depth] == letter)
                until++;
            var among = excluded.IsZero ? excluded : excluded & (((BigInteger.One << (until - at)) - 1) << at);
            Others(moves, next, letter - 1);
            if (rest != null || among != ((BigInteger.One << (until - at)) - 1) << at)
                moves.Add(new Move(letter, letter, factory.Intern(new KeyList(words, at, until, depth + 1, among, rest))));
            (next, at) = (letter + 1, until);
        }
        Others(moves, next, 0x10FFFF);
        return [.. moves];
    }

    protected override int[] ComputeTags() => _isWord ? [words.Tags![first]] : rest!.Tags;

    private void Others(List<Move> moves, int low, int high)
    {
        for (var index = 0; index < CharSet.Any.RangeCount && rest != null; index++)
        {
            var (from, to) = (Math.Max(low, CharSet.Any.Range(index).Low), Math.Min(high, CharSet.Any.Range(index).High));
            if (from <= to)
                moves.Add(new Move(from, to, rest));
        }
    }
}
