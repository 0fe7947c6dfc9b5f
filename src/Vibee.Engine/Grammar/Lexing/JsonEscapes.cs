using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Lexing;

/// <summary>
/// What a backslash can begin inside a JSON string. Characters that may stand for themselves are escaped only where
/// the language leaves a choice of characters; surrogates come in pairs.
/// </summary>
internal static class JsonEscapes
{
    private const string Letters = "\"\\/bfnrt";
    private const string Meanings = "\"\\/\b\f\n\r\t";

    private static readonly CharSet LongOnly = CharSet.Of([.. Enumerable.Range(0, 0x20).Where(IsLongOnly).Select(letter => (letter, letter))]);

    public static void Begin(Lexicon lexicon, LexState state, Move[] moves, LexState?[] next)
    {
        if (state.Regex.IsNullable)
            next['"'] = lexicon.State(state.Regex, LexPhase.Closed);
        if (CanSpell(moves, 0, 0x10FFFF) || Meanings.Any(letter => Escaped(moves, letter, shortForm: true) != null))
            next['\\'] = lexicon.State(state.Regex, LexPhase.Escape);
    }

    public static void Continue(Lexicon lexicon, LexState state, Move[] moves, LexState?[] next)
    {
        switch (state.Phase)
        {
            case LexPhase.Escape:
                for (var index = 0; index < Letters.Length; index++)
                {
                    if (Escaped(moves, Meanings[index], shortForm: true) is { } target)
                        next[Letters[index]] = lexicon.State(target, LexPhase.String);
                }
                if (CanSpell(moves, 0, 0x10FFFF))
                    next['u'] = lexicon.State(Spellable(lexicon, state.Regex, moves), LexPhase.Hex, 0, 4);
                break;
            case LexPhase.Hex:
            case LexPhase.LowSurrogateHex:
                for (var digit = 0; digit < 16; digit++)
                    Spread(next, digit, Digit(lexicon, state, moves, state.Low + (digit << (4 * (state.Missing - 1)))));
                break;
            case LexPhase.LowSurrogateSlash:
                next['\\'] = lexicon.State(state.Regex, LexPhase.LowSurrogateU, state.Low);
                break;
            case LexPhase.LowSurrogateU:
                next['u'] = lexicon.State(state.Regex, LexPhase.LowSurrogateHex, state.Low, 4);
                break;
        }
    }

    /// <summary>The state after a digit; the value so far is <paramref name="low"/>, with zeros for what is missing. For
    /// a low surrogate the number of the high one stands above its 16 bits.</summary>
    private static LexState? Digit(Lexicon lexicon, LexState state, Move[] moves, int low)
    {
        var missing = state.Missing - 1;
        var block = (1 << (4 * missing)) - 1;
        if (state.Phase == LexPhase.LowSurrogateHex)
        {
            var first = 0x10000 + ((low >> 16) << 10);
            var unit = low & 0xFFFF;
            if (unit + block < 0xDC00 || unit > 0xDFFF)
                return null;
            var (from, to) = (first + Math.Max(unit, 0xDC00) - 0xDC00, first + Math.Min(unit + block, 0xDFFF) - 0xDC00);
            return !CanSpell(moves, from, to) ? null
                : missing > 0 ? lexicon.State(state.Regex, LexPhase.LowSurrogateHex, low, missing)
                : Spelled(lexicon, moves, from);
        }
        if (missing == 0 && low is >= 0xD800 and <= 0xDBFF)
        {
            var first = 0x10000 + ((low - 0xD800) << 10);
            return CanSpell(moves, first, first + 0x3FF) ? lexicon.State(state.Regex, LexPhase.LowSurrogateSlash, (low - 0xD800) << 16) : null;
        }
        var canPair = low <= 0xDBFF && low + block >= 0xD800 && CanSpell(moves, 0x10000, 0x10FFFF);
        if (!canPair && !CanSpell(moves, low, low + block))
            return null;
        return missing > 0
            ? lexicon.State(state.Regex, LexPhase.Hex, FirstLike(moves, low, block), missing)
            : Spelled(lexicon, moves, low);
    }

    /// <summary>Where all characters lead to the same it does not matter which of the blocks of a range it is; the first
    /// stands for all.</summary>
    private static int FirstLike(Move[] moves, int low, int block)
    {
        if (!IsUniform(moves))
            return low;
        foreach (var move in moves)
        {
            if (move.Low <= low && move.High >= low + block)
                return (move.Low + block) & ~block;
        }
        return low;
    }

    private static LexState? Spelled(Lexicon lexicon, Move[] moves, int letter) =>
        Escaped(moves, letter, shortForm: false) is { } target ? lexicon.State(target, LexPhase.String) : null;

    /// <summary>Whether one of the characters may be written with its number: where all lead to the same, any may; where
    /// they are told apart, only those that cannot be written otherwise, or every state would have a dozen more.</summary>
    private static bool CanSpell(Move[] moves, int low, int high)
    {
        if (IsUniform(moves))
            return HasOneOf(moves, low, high);
        for (var letter = low; letter <= Math.Min(high, 0x1F); letter++)
        {
            if (IsLongOnly(letter) && Utf8.Find(moves, letter) != null)
                return true;
        }
        return false;
    }

    /// <summary>An expression that has the same characters to be spelled: where all of them lead to one expression, as they
    /// do in most keys, those who lead there share the states of the digits.</summary>
    private static Regex Spellable(Lexicon lexicon, Regex regex, Move[] moves)
    {
        if (IsUniform(moves))
            return regex;
        var only = Utf8.Find(moves, 0);
        for (var letter = 0; letter <= 0x1F && only != null; letter++)
        {
            if (IsLongOnly(letter) && Utf8.Find(moves, letter) != only)
                only = null;
        }
        return only == null ? regex : lexicon.Regexes.Sequence(lexicon.Regexes.OneOf(LongOnly), only);
    }

    private static Regex? Escaped(Move[] moves, int letter, bool shortForm)
    {
        foreach (var move in moves)
        {
            if (letter < move.Low || letter > move.High)
                continue;
            var allowed = shortForm ? move.High > move.Low || NeedsEscape(letter) : IsLongOnly(letter) || IsUniform(moves);
            return allowed ? move.Target : null;
        }
        return null;
    }

    private static bool HasOneOf(Move[] moves, int low, int high)
    {
        foreach (var move in moves)
        {
            if (move.Low <= high && move.High >= low)
                return true;
        }
        return false;
    }

    private static bool IsUniform(Move[] moves)
    {
        if (moves.Length == 0 || moves[0].High == moves[0].Low)
            return false;
        foreach (var move in moves)
        {
            if (move.Target != moves[0].Target)
                return false;
        }
        return true;
    }

    private static bool NeedsEscape(int letter) => letter is < 0x20 or '"' or '\\';

    /// <summary>Control characters without an escape of their own.</summary>
    private static bool IsLongOnly(int letter) => letter < 0x20 && !Meanings.Contains((char)letter);

    private static void Spread(LexState?[] next, int digit, LexState? target)
    {
        if (digit < 10)
        {
            next['0' + digit] = target;
            return;
        }
        next['a' + digit - 10] = target;
        next['A' + digit - 10] = target;
    }
}
