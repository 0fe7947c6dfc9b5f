using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Sees from their form that patterns let every text go on, as those do that are not anchored (<c>.*x.*</c>) and those that
/// only forbid some words: nothing has to be followed through them to know that.
/// </summary>
internal static class OpenPattern
{
    /// <returns>With how many characters at most any text can be made one of the pattern; null where not any can, or it
    /// is not seen.</returns>
    public static int? Reach(Regex regex, LengthBound lengths) => regex switch
    {
        Repeat { IsAny: true, Max: Repeat.Unlimited } any => any.Min,
        Chain chain => Reach(chain.Head, lengths) is { } head ? head + lengths.Shortest(chain.Tail) : null,
        Either either => either.Members.Min(member => Reach(member, lengths)),
        Both both => Reach(both, lengths),
        Complement not => Longest(not.Inner) + 1,
        _ => null,
    };

    /// <summary>One condition can be met at the end of a text that is long enough for all the others.</summary>
    private static int? Reach(Both both, LengthBound lengths)
    {
        var (enough, last) = (0, (int?)null);
        foreach (var member in both.Members)
        {
            if (Beyond(member) is { } length)
                enough = Math.Max(enough, length + 1);
            else if (last == null && Reach(member, lengths) is { } reach)
                last = reach;
            else
                return null;
        }
        return enough + (last ?? 0);
    }

    /// <returns>All longer texts belong to the pattern.</returns>
    private static int? Beyond(Regex regex) => regex switch
    {
        Repeat { IsAny: true, Max: Repeat.Unlimited } any => any.Min - 1,
        Chain { Tail.IsNullable: true } chain => Beyond(chain.Head),
        Either either => either.Members.Min(Beyond),
        Both both => both.Members.Any(member => Beyond(member) == null) ? null : both.Members.Max(Beyond),
        Complement not => Longest(not.Inner),
        _ => null,
    };

    private static int? Longest(Regex regex) => regex switch
    {
        Empty or Tagged => 0,
        OneOf => 1,
        WordList words => words.Longest,
        Repeat { Max: < Repeat.Unlimited } repeat when Longest(repeat.Body) is { } body && (long)body * repeat.Max < int.MaxValue / 4 => body * repeat.Max,
        Chain chain => Longest(chain),
        Either either => either.Members.Any(member => Longest(member) == null) ? null : either.Members.Max(Longest),
        Both both => both.Members.Min(Longest),
        _ => null,
    };

    private static int? Longest(Chain chain)
    {
        var (length, rest) = ((int?)0, (Regex)chain);
        for (; rest is Chain pair && length < int.MaxValue / 4; rest = pair.Tail)
            length += Longest(pair.Head);
        return rest is Chain ? null : length + Longest(rest);
    }
}
