namespace Vibee.Engine.Grammar.Patterns;

/// <summary>
/// Brings alternatives into the one form in which equal unions are equal expressions: flat, sorted, without duplicates,
/// sets of characters joined, and counted repetitions that overlap joined, without which <c>.{0,99}x.{0,99}</c> would
/// have as many alternatives as the counts allow.
/// </summary>
internal static class Alternatives
{
    public static Regex[] Merge(RegexFactory factory, IReadOnlyList<Regex> members)
    {
        var all = new SortedSet<Regex>(ById.Instance);
        foreach (var member in members)
        {
            if (member == factory.All)
                return [member];
            if (member is Either either)
                all.UnionWith(either.Members);
            else if (member is not Nothing)
                all.Add(member);
        }
        if (all.Count < 2)
            return [.. all];
        JoinSets(factory, all);
        JoinRepeats(factory, all);
        return [.. all];
    }

    private static void JoinSets(RegexFactory factory, SortedSet<Regex> all)
    {
        var sets = all.OfType<OneOf>().ToArray();
        if (sets.Length < 2)
            return;
        var joined = CharSet.Empty;
        foreach (var set in sets)
        {
            joined = joined.Union(set.Set);
            all.Remove(set);
        }
        all.Add(factory.OneOf(joined));
    }

    private static void JoinRepeats(RegexFactory factory, SortedSet<Regex> all)
    {
        var repeats = all.Where(member => Counted(member) != null).ToArray();
        if (repeats.Length < 2)
            return;
        foreach (var group in repeats.GroupBy(member => (Counted(member)!.Body, Tail(member))))
        {
            if (group.Count() < 2)
                continue;
            var sorted = group.OrderBy(member => Counted(member)!.Min).ToArray();
            var (min, max, first) = (Counted(sorted[0])!.Min, Counted(sorted[0])!.Max, sorted[0]);
            foreach (var member in sorted.Skip(1))
            {
                var repeat = Counted(member)!;
                if (repeat.Min > (max == Repeat.Unlimited ? max : max + 1))
                {
                    (min, max, first) = (repeat.Min, repeat.Max, member);
                    continue;
                }
                all.Remove(first);
                all.Remove(member);
                max = Math.Max(max, repeat.Max);
                var joined = factory.Repeat(repeat.Body, min, max);
                first = Tail(member) is { } tail ? factory.Sequence(joined, tail) : joined;
                all.Add(first);
            }
        }
    }

    private static Repeat? Counted(Regex regex) => (regex as Chain)?.Head as Repeat ?? regex as Repeat;

    private static Regex? Tail(Regex regex) => (regex as Chain)?.Tail;

    private sealed class ById : IComparer<Regex>
    {
        public static readonly ById Instance = new();

        public int Compare(Regex? a, Regex? b) => a!.Id.CompareTo(b!.Id);
    }
}
