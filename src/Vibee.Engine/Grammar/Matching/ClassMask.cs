using System.Numerics;
using System.Runtime.CompilerServices;
using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Masks of states inside a JSON string that repeat a class of characters: tokens of nothing but these are known
/// beforehand, and of the others only those are tried that have a character with which something else can begin.
/// </summary>
/// <param name="lengths">For patterns under a limit.</param>
/// <param name="work">Tokens not tried when it is over are not allowed.</param>
internal sealed class ClassMask(Recognizer recognizer, GrammarVocabulary vocabulary, LengthBound lengths, MaskWork work)
{
    /// <summary>With more tokens to try, walking the tree of all is cheaper.</summary>
    private const int MaxTried = 30_000;

    private static readonly CharSet Escapes = CharSet.OfText("\"\\");
    /// <summary>What stands for itself in a string.</summary>
    public static readonly CharSet Literal = CharSet.Of((0x20, 0x10FFFF)).Intersect(CharSet.Any).Intersect(Escapes.Complement());

    private readonly TokenMask _tried = new(vocabulary);

    /// <summary>For patterns whose form lets every text go on, as far as there is room for what must still come.</summary>
    public bool TryOpen(MatchState state, TokenMask mask)
    {
        if (state.Items is not [{ Lexeme.Phase: LexPhase.String } item] || state.CanEnd)
            return false;
        var (free, max) = lengths.Split(item.Lexeme);
        return OpenPattern.Reach(free.Regex, lengths) is { } reach && max > reach
            && Build(state, mask, Literal, Escapes, max == Repeat.Unlimited ? max : max - reach, max);
    }

    public bool TryBuild(MatchState state, TokenMask mask)
    {
        if (state.Items is not [{ Lexeme.Phase: LexPhase.String } item] || state.CanEnd)
            return false;
        if ((Counted(item.Lexeme.Regex) ?? Circling(item.Lexeme.Regex)) is not var (set, ends, max))
            return false;
        // Quotes, backslashes and control characters are not written as themselves.
        var inside = set.Intersect(Literal).Intersect(ends.Complement());
        return Build(state, mask, inside, ends.Union(Escapes), max, max);
    }

    /// <summary>Adds what a state inside strings allows to what is already allowed, if little else can stand in a string.</summary>
    public bool TryAdd(MatchState state, TokenMask mask)
    {
        _tried.Words.AsSpan().Clear();
        _tried.Add(vocabulary.Strings.Possible);
        _tried.Remove(mask);
        if (_tried.Count > MaxTried)
            return false;
        Try(state, mask);
        return true;
    }

    /// <summary>A counted repetition: its class, what can come instead or after it, and how often at most.</summary>
    private (CharSet Class, CharSet Others, int Max)? Counted(Regex regex)
    {
        var (repeat, tail) = regex is Chain chain ? (chain.Head as Repeat, chain.Tail) : (regex as Repeat, null);
        if (repeat?.Body is not OneOf { Set: var set })
            return null;
        var ends = tail == null ? CharSet.Empty : Characters(tail, _ => true);
        return (set, ends, repeat.Max);
    }

    /// <summary>Any expression that many characters lead back to.</summary>
    private (CharSet Class, CharSet Others, int Max)? Circling(Regex regex)
    {
        var set = Characters(regex, target => target == regex);
        return set.RangeCount > 0 ? (set, Characters(regex, target => target != regex), Repeat.Unlimited) : null;
    }

    private CharSet Characters(Regex regex, Func<Regex, bool> isMeant) => CharSet.Of(
        [.. regex.RawMoves(recognizer.Lexicon.Regexes).Where(move => isMeant(move.Target)).Select(move => (move.Low, move.High))]);

    /// <param name="sure">So many characters of the class can always come.</param>
    /// <param name="max">More cannot; what is between must be tried.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Build(MatchState state, TokenMask mask, CharSet inside, CharSet others, int sure, int max)
    {
        vocabulary.Classes.WithOthers(inside, others, _tried);
        var (made, within) = (vocabulary.Classes.MadeOf(inside).Words, vocabulary.Strings.InsideUpTo(sure).Words);
        var possible = vocabulary.Strings.InsideUpTo(max).Words;
        for (var word = 0; word < within.Length && sure < max; word++)
            _tried.Words[word] |= made[word] & possible[word] & ~within[word];
        if (_tried.Count > MaxTried)
            return false;
        for (var word = 0; word < within.Length; word++)
            mask.Words[word] = made[word] & within[word];
        Try(state, mask);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Try(MatchState state, TokenMask mask)
    {
        for (var word = 0; word < mask.Words.Length; word++)
        {
            for (var tried = _tried.Words[word] & ~mask.Words[word]; tried != 0 && !work.IsOver; tried &= tried - 1)
            {
                var token = 64 * word + BitOperations.TrailingZeroCount(tried);
                if (Reads(state, vocabulary.Bytes(token)))
                    mask[token] = true;
            }
        }
    }

    private bool Reads(MatchState state, ReadOnlySpan<byte> text)
    {
        work.Spend(text.Length);
        var (at, index) = (Place.Of(state), 0);
        // Most texts stay inside the terminal, or never leave where they are.
        if (at.Lexeme is { } lexeme)
        {
            for (; index < text.Length && lexeme.Next(recognizer.Lexicon, text[index]) is { IsAccepting: false } next; index++)
                lexeme = next;
            at = at with { Lexeme = lexeme };
        }
        for (; index < text.Length && !at.IsDead; index++)
            at = recognizer.Next(at, text[index]);
        return !at.IsDead;
    }
}
