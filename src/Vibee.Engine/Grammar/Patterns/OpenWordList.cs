namespace Vibee.Engine.Grammar.Patterns;

/// <summary>
/// One of many given texts, each with a tag of its own, or any other text: the keys of an object that may have more than
/// the declared properties. The same could be said with a union and a complement, at ten times the cost for each letter.
/// </summary>
/// <param name="words">Sorted; tagged <see cref="Excluded"/> where a text is neither allowed nor another one.</param>
/// <param name="rest">What follows once the text is another one: anything, and a tag.</param>
internal sealed class OpenWordList(WordList.Words words, int first, int end, int depth, Regex rest) : Regex
{
    public const int Excluded = -2;

    private readonly bool _isWord = words.Texts[first].Length == depth;

    public override bool IsNullable { get; } = words.Texts[first].Length != depth || words.Tags![first] != Excluded;

    public override bool SameAs(Regex other) => other is OpenWordList list && list.State == State;

    public override int Hash() => HashCode.Combine(12, State);

    private (WordList.Words, int, int, int, Regex) State => (words, first, end, depth, rest);

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
            Others(moves, next, letter - 1);
            moves.Add(new Move(letter, letter, factory.Intern(new OpenWordList(words, at, until, depth + 1, rest))));
            (next, at) = (letter + 1, until);
        }
        Others(moves, next, 0x10FFFF);
        return [.. moves];
    }

    protected override int[] ComputeTags() => _isWord ? [words.Tags![first]] : rest.Tags;

    private void Others(List<Move> moves, int low, int high)
    {
        for (var index = 0; index < CharSet.Any.RangeCount; index++)
        {
            var (from, to) = (Math.Max(low, CharSet.Any.Range(index).Low), Math.Min(high, CharSet.Any.Range(index).High));
            if (from <= to)
                moves.Add(new Move(from, to, rest));
        }
    }
}
