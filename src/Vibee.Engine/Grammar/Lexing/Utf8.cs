using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Lexing;

/// <summary>Which bytes can begin and continue a character that an expression may read.</summary>
internal static class Utf8
{
    public static void Begin(Lexicon lexicon, LexState state, Move[] moves, LexState?[] next, LexPhase whole)
    {
        foreach (var move in moves)
        {
            if (move.Low > 0x7F)
                break;
            next.AsSpan(move.Low, Math.Min(move.High, 0x7F) - move.Low + 1).Fill(lexicon.State(move.Target, whole));
        }
        if (whole == LexPhase.String)
        {
            next.AsSpan(0, 0x20).Clear();
            (next['"'], next['\\']) = (null, null);
        }
        if (moves.Length == 0 || moves[^1].High <= 0x7F)
            return;
        // Mostly one move covers whole blocks one after the other, and their states are the same; those of E0 and F0 are
        // not whole, for they hold what fewer bytes can spell.
        Move covering = default;
        for (var lead = 0xC2; lead <= 0xF4; lead++)
        {
            var missing = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
            var low = (lead & (0x3F >> missing)) << (6 * missing);
            var high = low + (1 << (6 * missing)) - 1;
            if (low > 0 && lead is not (0xE1 or 0xF1) && covering.Target != null && covering.Low <= low && covering.High >= high)
            {
                next[lead] = next[lead - 1];
                continue;
            }
            next[lead] = Partial(lexicon, state.Regex, moves, low, missing, whole);
            covering = Covering(moves, low, high);
        }
    }

    public static void Continue(Lexicon lexicon, LexState state, Move[] moves, LexState?[] next, LexPhase whole)
    {
        var missing = state.Missing - 1;
        // What is short enough for fewer bytes must be spelled with fewer.
        var smallest = missing switch { 0 => 0x80, 1 => 0x800, _ => 0x10000 };
        for (var value = 0; value < 64; value++)
        {
            var low = state.Low + (value << (6 * missing));
            if (low < smallest)
                continue;
            next[0x80 + value] = missing > 0 ? Partial(lexicon, state.Regex, moves, low, missing, whole)
                : Find(moves, low) is { } target ? lexicon.State(target, whole)
                : null;
        }
    }

    private static Move Covering(Move[] moves, int low, int high)
    {
        foreach (var move in moves)
        {
            if (move.Low <= low && move.High >= high)
                return move;
        }
        return default;
    }

    /// <summary>A block of characters that are all valid, standing for any such block.</summary>
    private static int Shared(int missing) => missing switch { 1 => 0x400, 2 => 0x4000, _ => 0x40000 };

    public static Regex? Find(Move[] moves, int letter)
    {
        foreach (var move in moves)
        {
            if (letter <= move.High)
                return letter >= move.Low ? move.Target : null;
        }
        return null;
    }

    /// <summary>
    /// The state after the first bytes of a character that is <paramref name="low"/> or one of the block after it. Where
    /// the whole block leads to one expression it no longer matters which block it is, and one stands for all: without
    /// that, every state would have a thousand more behind it.
    /// </summary>
    private static LexState? Partial(Lexicon lexicon, Regex regex, Move[] moves, int low, int missing, LexPhase whole)
    {
        var high = low + (1 << (6 * missing)) - 1;
        var smallest = low > 0 ? low : missing == 2 ? 0x800 : 0x10000;
        // Of two blocks only a part is characters: what is below the surrogates, and what Unicode has at its end, beyond
        // which stand the control tokens that a literal names.
        var largest = low == 0xD000 && missing == 2 ? 0xD7FF : low > 0x10FFFF ? high : Math.Min(high, 0x10FFFF);
        var inside = whole == LexPhase.Plain ? LexPhase.PlainBytes : LexPhase.StringBytes;
        for (var index = 0; index < moves.Length; index++)
        {
            var move = moves[index];
            if (move.High < smallest || move.Low > high)
                continue;
            if (move.Low > smallest || move.High < largest || (index + 1 < moves.Length && moves[index + 1].Low <= high))
                return lexicon.State(regex, inside, low, missing);
            var isWhole = smallest == low && largest == high;
            return lexicon.State(lexicon.Regexes.Sequence(lexicon.Regexes.AnyCharacter, move.Target), inside, isWhole ? Shared(missing) : low, missing);
        }
        return null;
    }
}
