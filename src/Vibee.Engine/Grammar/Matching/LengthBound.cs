using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Sees that a limit on the length of a string is still too far away to matter, so that a pattern under such a limit can
/// be followed without it: with it every count of characters is another state, hundreds for each mask.
/// </summary>
internal sealed class LengthBound(Lexicon lexicon)
{
    private const int Unknown = 100_000;
    private const int MaxSearched = 200;
    private const int MaxKept = 10_000;
    private const int MaxWork = 100_000;

    private readonly Dictionary<Regex, int> _shortest = [];
    private readonly Dictionary<Regex, int> _reach = [];

    /// <returns>The terminal without its limit, and the limit in characters; the terminal itself if it has none.</returns>
    public (LexState Free, int Max) Split(LexState lexeme)
    {
        if (_shortest.Count + _reach.Count > MaxKept)
        {
            _shortest.Clear();
            _reach.Clear();
        }
        if (lexeme.Phase != LexPhase.String || lexeme.Regex is not Both both)
            return (lexeme, int.MaxValue);
        var at = Array.FindIndex(both.Members, member => member is Repeat { Max: < Repeat.Unlimited } repeat && repeat.IsAny);
        if (at < 0)
            return (lexeme, int.MaxValue);
        var limit = (Repeat)both.Members[at];
        var others = lexicon.Regexes.Both(
            [.. both.Members[..at], lexicon.Regexes.Repeat(limit.Body, limit.Min, Repeat.Unlimited), .. both.Members[(at + 1)..]]);
        return (lexicon.State(others, lexeme.Phase), limit.Max);
    }

    /// <summary>How many characters, the next one included, are enough for every way on to come to an end: with as many
    /// left, the limit changes nothing about the next character.</summary>
    public int Reach(LexState free)
    {
        if (free.Phase != LexPhase.String)
            return 0; // was asked about before the character began
        if (_reach.TryGetValue(free.Regex, out var known))
            return known;
        return _reach[free.Regex] = Search(free.Regex);
    }

    private int Search(Regex free)
    {
        try
        {
            using var scope = lexicon.Regexes.Work.Allow(MaxWork);
            return free.Moves(lexicon.Regexes).Aggregate(0, (most, move) => Math.Max(most, 1 + Find(move.Target)));
        }
        catch (GrammarLimitException)
        {
            return Unknown;
        }
    }

    /// <returns>How many characters the shortest texts of a pattern have.</returns>
    public int? Shortest(Regex regex)
    {
        try
        {
            using var scope = lexicon.Regexes.Work.Allow(MaxWork);
            return Find(regex) is var length and < Unknown ? length : null;
        }
        catch (GrammarLimitException)
        {
            return null;
        }
    }

    private int Find(Regex start)
    {
        if (_shortest.TryGetValue(start, out var known))
            return known;
        var seen = new HashSet<Regex>(ReferenceEqualityComparer.Instance) { start };
        var (length, layer) = (0, new List<Regex> { start });
        for (; layer.Count > 0 && seen.Count <= MaxSearched; length++)
        {
            if (layer.Exists(regex => regex.IsNullable))
                return _shortest[start] = length;
            layer = [.. layer.SelectMany(regex => regex.RawMoves(lexicon.Regexes)).Select(move => move.Target).Where(seen.Add)];
        }
        return _shortest[start] = Unknown;
    }
}
