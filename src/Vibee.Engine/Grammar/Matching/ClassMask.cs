using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Masks of states inside a JSON string that repeat a class of characters: tokens of nothing but these are known
/// beforehand, and of the others only those are tried that have a character with which something else can begin.
/// </summary>
internal sealed class ClassMask(Recognizer recognizer, GrammarVocabulary vocabulary)
{
    /// <summary>With more tokens to try, walking the tree of all is cheaper.</summary>
    private const int MaxTried = 30_000;

    public bool TryBuild(MatchState state, TokenMask mask)
    {
        if (state.Items is not [{ Lexeme.Phase: LexPhase.String } item] || state.CanEnd)
            return false;
        if ((Counted(item.Lexeme.Regex) ?? Circling(item.Lexeme.Regex)) is not var (set, ends, max))
            return false;
        var wide = CharSet.Of((0x80, 0x10FFFF)).Intersect(CharSet.Any);
        if (!ends.Intersect(wide).IsEmpty)
            return false;
        var wideInside = set.Intersect(wide);
        if (!wideInside.IsEmpty && !wideInside.Equals(wide))
            return false;
        var (inside, others) = (UInt128.Zero, UInt128.One << '"' | UInt128.One << '\\');
        for (var letter = 0; letter < 128; letter++)
        {
            if (ends.Contains(letter))
                others |= UInt128.One << letter;
            else if (set.Contains(letter) && letter >= 0x20 && letter is not ('"' or '\\'))
                inside |= UInt128.One << letter;
        }
        return Build(item.Lexeme, state, mask, inside, !wideInside.IsEmpty, others, max);
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

    private bool Build(LexState lexeme, MatchState state, TokenMask mask, UInt128 inside, bool isWide, UInt128 others, int max)
    {
        var classes = vocabulary.Classes;
        var tried = isWide ? classes.Broken.Length : 0;
        for (var letter = 0; letter < 128; letter++)
            tried += (others >> letter & UInt128.One) == UInt128.Zero ? 0 : classes.Containing(letter).Length;
        if (tried > MaxTried)
            return false;
        var made = classes.MadeOf(inside, isWide).Words;
        var within = vocabulary.Strings.InsideUpTo(max).Words;
        for (var word = 0; word < made.Length; word++)
            mask.Words[word] = made[word] & within[word];
        for (var letter = 0; letter < 128; letter++)
        {
            if ((others >> letter & UInt128.One) != UInt128.Zero)
                Try(lexeme, state, mask, classes.Containing(letter));
        }
        if (isWide)
            Try(lexeme, state, mask, classes.Broken);
        return true;
    }

    private void Try(LexState lexeme, MatchState state, TokenMask mask, int[] tokens)
    {
        foreach (var token in tokens)
        {
            if (!mask[token] && Reads(lexeme, state, vocabulary.Bytes(token)))
                mask[token] = true;
        }
    }

    private bool Reads(LexState lexeme, MatchState state, ReadOnlySpan<byte> text)
    {
        var (_, production, below) = state.Items[0];
        for (var index = 0; index < text.Length; index++)
        {
            if (lexeme.Next(recognizer.Lexicon, text[index]) is not { } next)
                return false;
            lexeme = next;
            if (!lexeme.IsAccepting)
                continue;
            var at = recognizer.Leave(lexeme, production, below);
            for (index++; index < text.Length && at != null; index++)
                at = recognizer.Next(at, text[index]);
            return at != null;
        }
        return true;
    }
}
