using System.Numerics;
using System.Runtime.CompilerServices;
using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Masks of states inside a JSON string that repeat a class of characters: tokens of nothing but these are known
/// beforehand, and of the others only those are tried that have a character with which something else can begin.
/// </summary>
/// <param name="work">Tokens not tried when it is over are not allowed.</param>
internal sealed class ClassMask(Recognizer recognizer, GrammarVocabulary vocabulary, MaskWork work)
{
    /// <summary>With more tokens to try, walking the tree of all is cheaper.</summary>
    private const int MaxTried = 30_000;

    private static readonly CharSet Escapes = CharSet.OfText("\"\\");
    private static readonly CharSet Literal = CharSet.Of((0x20, 0x10FFFF)).Intersect(CharSet.Any).Intersect(Escapes.Complement());

    private readonly TokenMask _tried = new(vocabulary);

    public bool TryBuild(MatchState state, TokenMask mask)
    {
        if (state.Items is not [{ Lexeme.Phase: LexPhase.String } item] || state.CanEnd)
            return false;
        if ((Counted(item.Lexeme.Regex) ?? Circling(item.Lexeme.Regex)) is not var (set, ends, max))
            return false;
        // Quotes, backslashes and control characters are not written as themselves.
        var inside = set.Intersect(Literal).Intersect(ends.Complement());
        return Build(state, mask, inside, ends.Union(Escapes), max);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Build(MatchState state, TokenMask mask, CharSet inside, CharSet others, int max)
    {
        vocabulary.Classes.WithOthers(inside, others, _tried);
        if (_tried.Count > MaxTried)
            return false;
        var (made, within) = (vocabulary.Classes.MadeOf(inside).Words, vocabulary.Strings.InsideUpTo(max).Words);
        for (var word = 0; word < within.Length; word++)
        {
            mask.Words[word] = made[word] & within[word];
            for (var tried = _tried.Words[word] & ~mask.Words[word]; tried != 0 && !work.IsOver; tried &= tried - 1)
            {
                var token = 64 * word + BitOperations.TrailingZeroCount(tried);
                if (Reads(state, vocabulary.Bytes(token)))
                    mask[token] = true;
            }
        }
        return true;
    }

    private bool Reads(MatchState state, ReadOnlySpan<byte> text)
    {
        work.Spend(text.Length);
        var at = Place.Of(state);
        for (var index = 0; index < text.Length && !at.IsDead; index++)
            at = recognizer.Next(at, text[index]);
        return !at.IsDead;
    }
}
