using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Lexing;

/// <summary>
/// Which characters never lead to where a pattern does not have them, however many come: all of them in a pattern that is not
/// anchored, those of words where it is a list of words. Seen by following each of the pattern's states once.
/// </summary>
internal sealed class LastingLetters(RegexFactory regexes)
{
    /// <summary>Patterns with more states count something, and mostly come to an end.</summary>
    private const int MaxStates = 80;

    private const int MaxWork = 100_000;

    private readonly Dictionary<Regex, ulong> _known = [];

    /// <returns>Of <see cref="LetterGroups"/>: every text of them can be read.</returns>
    public ulong Of(Regex regex)
    {
        // Lists of words have many states and come to an end.
        if (regex is KeyList or WordList)
            return 0;
        if (_known.TryGetValue(regex, out var known))
            return known;
        var states = new List<Regex> { regex };
        var letters = Follow(states);
        foreach (var state in states)
            _known.TryAdd(state, letters);
        _known[regex] = letters;
        return letters;
    }

    public void Forget() => _known.Clear();

    /// <param name="states">What the letters lead to is added.</param>
    private ulong Follow(List<Regex> states)
    {
        var letters = ~LetterGroups.Never;
        try
        {
            using var scope = regexes.Work.Allow(MaxWork);
            var seen = new HashSet<Regex>(states);
            for (var index = 0; index < states.Count && letters != 0; index++)
            {
                var moves = states[index].Moves(regexes);
                regexes.Work.Spend(100);
                letters &= Covered(moves);
                foreach (var move in moves)
                {
                    if ((LetterGroups.Touching(move.Low, move.High) & letters) != 0 && seen.Add(move.Target))
                        states.Add(move.Target);
                }
                if (states.Count > MaxStates)
                    return 0;
            }
            return letters;
        }
        catch (GrammarLimitException)
        {
            return 0;
        }
    }

    /// <summary>Groups that have a move for each of their characters.</summary>
    private static ulong Covered(Move[] moves)
    {
        var missing = 0UL;
        for (var (index, next) = (0, 0); next <= 0x10FFFF; index++)
        {
            var (low, high) = index < moves.Length ? (moves[index].Low, moves[index].High) : (0x110000, 0x110000);
            var isSurrogates = next == 0xD800 && low == 0xE000;
            if (low > next && !isSurrogates)
                missing |= LetterGroups.Touching(next, low - 1);
            next = high + 1;
        }
        return ~(missing | LetterGroups.Never);
    }
}
