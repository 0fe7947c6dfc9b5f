using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Lexing;

/// <summary>Which bytes can begin and continue a character that an expression may read.</summary>
internal static class Utf8
{
    public static void Begin(Lexicon lexicon, LexState state, Move[] moves, LexState?[] next, LexPhase whole)
    {
        foreach (var move in moves)
        {
            for (var letter = move.Low; letter <= Math.Min(move.High, 0x7F); letter++)
            {
                if (whole == LexPhase.Plain || (letter >= 0x20 && letter is not ('"' or '\\')))
                    next[letter] = lexicon.State(move.Target, whole);
            }
        }
        if (moves.Length == 0 || moves[^1].High <= 0x7F)
            return;
        for (var lead = 0xC2; lead <= 0xF4; lead++)
        {
            var missing = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
            next[lead] = Partial(lexicon, state.Regex, moves, (lead & (0x3F >> missing)) << (6 * missing), missing, whole);
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
        var inside = whole == LexPhase.Plain ? LexPhase.PlainBytes : LexPhase.StringBytes;
        foreach (var move in moves)
        {
            if (move.High < smallest || move.Low > high)
                continue;
            return low > 0 && move.Low <= low && move.High >= high
                ? lexicon.State(lexicon.Regexes.Sequence(lexicon.Regexes.AnyCharacter, move.Target), inside, 1 << (6 * missing + 2 + missing / 3), missing)
                : lexicon.State(regex, inside, low, missing);
        }
        return null;
    }
}
