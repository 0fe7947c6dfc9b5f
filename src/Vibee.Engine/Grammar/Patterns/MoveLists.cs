namespace Vibee.Engine.Grammar.Patterns;

/// <summary>Combines what several expressions may read next: one sweep over the borders of their ranges.</summary>
internal static class MoveLists
{
    public static Move[] Union(RegexFactory factory, Move[][] lists) =>
        Sweep(factory, lists, targets => factory.Either(targets), needsAll: false);

    public static Move[] Intersection(RegexFactory factory, Move[][] lists) =>
        Sweep(factory, lists, targets => factory.Both(targets), needsAll: true);

    /// <summary>Characters that lead nowhere lead to every text, and the others to the complement of their targets.</summary>
    public static Move[] Complement(RegexFactory factory, Move[] moves)
    {
        var result = new List<Move>();
        for (var index = 0; index < CharSet.Any.RangeCount; index++)
        {
            var (next, last) = CharSet.Any.Range(index);
            foreach (var move in moves)
            {
                if (move.High < next || move.Low > last)
                    continue;
                Add(result, next, move.Low - 1, factory.All);
                Add(result, move.Low, move.High, factory.Not(move.Target));
                next = move.High + 1;
            }
            Add(result, next, last, factory.All);
        }
        return [.. result];
    }

    public static int Hash(int kind, Regex[] members)
    {
        var hash = kind;
        foreach (var member in members)
            hash = HashCode.Combine(hash, member.Id);
        return hash;
    }

    private static Move[] Sweep(RegexFactory factory, Move[][] lists, Func<List<Regex>, Regex> combine, bool needsAll)
    {
        var borders = factory.Borders;
        Collect(lists, borders);
        var at = new int[lists.Length];
        var targets = new List<Regex>();
        var result = new List<Move>();
        for (var border = 0; border + 1 < borders.Count; border++)
        {
            var (low, high) = (borders[border], borders[border + 1] - 1);
            targets.Clear();
            for (var list = 0; list < lists.Length; list++)
            {
                var moves = lists[list];
                while (at[list] < moves.Length && moves[at[list]].High < low)
                    at[list]++;
                if (at[list] < moves.Length && moves[at[list]].Low <= low)
                    targets.Add(moves[at[list]].Target);
                else if (needsAll)
                    break;
            }
            if (needsAll ? targets.Count == lists.Length : targets.Count > 0)
                Add(result, low, high, combine(targets));
        }
        return [.. result];
    }

    private static void Collect(Move[][] lists, List<int> borders)
    {
        borders.Clear();
        foreach (var moves in lists)
        {
            foreach (var move in moves)
            {
                borders.Add(move.Low);
                borders.Add(move.High + 1);
            }
        }
        borders.Sort();
        var kept = 0;
        for (var index = 0; index < borders.Count; index++)
        {
            if (index == 0 || borders[index] != borders[kept - 1])
                borders[kept++] = borders[index];
        }
        borders.RemoveRange(kept, borders.Count - kept);
    }

    private static void Add(List<Move> moves, int low, int high, Regex target)
    {
        if (low > high || target is Nothing)
            return;
        if (moves.Count > 0 && moves[^1].High == low - 1 && moves[^1].Target == target)
            moves[^1] = moves[^1] with { High = high };
        else
            moves.Add(new Move(low, high, target));
    }
}
