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
        var (repeat, tail) = item.Lexeme.Regex switch
        {
            Repeat alone => (alone, null),
            Chain { Head: Repeat head } chain => (head, chain.Tail),
            _ => default((Repeat?, Regex?)),
        };
        if (repeat?.Body is not OneOf { Set: var set })
            return false;
        var ends = tail == null ? CharSet.Empty : CharSet.Of([.. tail.RawMoves(recognizer.Lexicon.Regexes).Select(move => (move.Low, move.High))]);
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
        return Build(item.Lexeme, state, mask, inside, !wideInside.IsEmpty, others, repeat.Max);
    }

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
