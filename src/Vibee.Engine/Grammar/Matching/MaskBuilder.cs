using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Finds the tokens that may follow a state. Where a string may go on with anything, the answer is mostly known
/// beforehand (<see cref="StringTokens"/>); where it differs from such a state in a few places, as after the quote of a
/// key, only the differences are walked; elsewhere the tree of all tokens, skipping what is dead.
/// </summary>
internal sealed class MaskBuilder
{
    private const int LongestToken = byte.MaxValue;

    private readonly Recognizer _recognizer;
    private readonly MaskWork _work;
    private readonly TreeWalk _walk;
    private readonly ClassMask _classes;
    private readonly TokenMask _mask;
    private readonly TokenMask _all;
    private readonly Action<int> _allow;
    private TokenMask? _base;

    public MaskBuilder(Recognizer recognizer, GrammarVocabulary vocabulary)
    {
        (_recognizer, Vocabulary) = (recognizer, vocabulary);
        (_mask, _all) = (new TokenMask(vocabulary), new TokenMask(vocabulary));
        _work = new MaskWork(recognizer.Work);
        var lengths = new LengthBound(recognizer.Lexicon);
        _walk = new TreeWalk(recognizer, vocabulary, lengths, _work);
        _classes = new ClassMask(recognizer, vocabulary, lengths, _work);
        _allow = token => vocabulary.Set(_mask, token, true);
    }

    public GrammarVocabulary Vocabulary { get; }

    public KeptMask Build(MatchState state)
    {
        _base = null;
        _work.Begin();
        if (AreStrings(state))
            FillEach(state);
        else
            Fill(state);
        return KeptMask.Of(_mask, _base, Vocabulary.Strings.Inside);
    }

    private static bool AreStrings(MatchState state)
    {
        foreach (var item in state.Items)
        {
            if (item.Lexeme.Phase != LexPhase.String)
                return false;
        }
        return state.Items.Length > 1;
    }

    /// <summary>What may follow several strings is what may follow any of them; to follow them together would make a state
    /// of each combination. Only those of which nothing is known are.</summary>
    private void FillEach(MatchState state)
    {
        Array.Clear(_all.Words);
        var unknown = new List<MatchState.Item>();
        foreach (var item in state.Items)
        {
            var single = new MatchState([item], canEnd: false); // not interned: nobody will ask for it again
            if (!TryKnown(single))
            {
                if (item.Lexeme.Regex is not KeyList)
                {
                    unknown.Add(item);
                    continue;
                }
                Walk(single);
            }
            _all.Add(_mask);
        }
        _all.Words.CopyTo(_mask.Words, 0);
        if (unknown.Count == 0 || _recognizer.Intern(unknown, canEnd: false) is not { } others || _classes.TryAdd(others, _mask))
            return;
        Walk(others);
        _mask.Add(_all);
    }

    private void Fill(MatchState state)
    {
        if (!TryKnown(state))
            Walk(state);
    }

    private bool TryKnown(MatchState state)
    {
        if (TryStrings(state) || TryAll(state) || _classes.TryOpen(state, _mask))
            return true;
        // What was copied and not looked at is the other state's: only what this one is seen to allow may stay.
        return state.Items is not [{ Lexeme.Regex: Both }] && _recognizer.Next(state, (byte)'~') is { } other && TryCopy(other)
            ? _walk.Correct(_mask, state, other)
            : _classes.TryBuild(state, _mask);
    }

    /// <summary>Handles states inside strings in which every character can always come.</summary>
    private bool TryAll(MatchState state)
    {
        if (state.CanEnd || state.Items is not [{ Lexeme: { Phase: LexPhase.String } lexeme }] || !lexeme.Keeps(_recognizer.Lexicon, LetterGroups.Literal))
            return false;
        Vocabulary.Classes.MadeOf(ClassMask.Literal).Words.CopyTo(_mask.Words, 0);
        _walk.Find(state, Vocabulary.Strings.NotLiteral, _allow);
        return true;
    }

    private void Walk(MatchState state)
    {
        Array.Clear(_mask.Words);
        _walk.Find(state, Vocabulary.Tree, _allow);
    }

    private bool TryCopy(MatchState state)
    {
        if (state.Mask is not { } known || known.Vocabulary != Vocabulary)
            return TryStrings(state);
        known.CopyTo(_mask.Words);
        return true;
    }

    /// <summary>Handles states inside strings of anything, perhaps of limited length.</summary>
    private bool TryStrings(MatchState state)
    {
        if (state.Items.Length == 0 || state.CanEnd)
            return false;
        var counted = false;
        var max = Repeat.Unlimited;
        foreach (var item in state.Items)
        {
            if (item.Lexeme.Phase != LexPhase.String || Characters(item.Lexeme.Regex) is not { } repeat)
                return false;
            if (repeat.Min == 0 && repeat.Max == Repeat.Unlimited)
                continue;
            if (state.Items.Length > 1)
                return false;
            (counted, max) = (true, repeat.Max);
        }
        var strings = Vocabulary.Strings;
        _base = strings.InsideUpTo(max);
        _base.Words.CopyTo(_mask.Words, 0);
        // The quote leads to the same state wherever it is allowed, so any number of characters will do to get there.
        var (at, length) = ((MatchState?)state, 0);
        MatchState? closed = null;
        for (; at != null && closed == null && length <= LongestToken; length++)
        {
            closed = _recognizer.Next(at, (byte)'"');
            if (closed == null)
                at = _recognizer.Next(at, (byte)'~');
        }
        if (closed == null)
            return true;
        var min = length - 1;
        if (strings.JustQuote >= 0)
            Close(strings.Closers[strings.JustQuote], min, counted ? max : Repeat.Unlimited);
        _walk.Find(closed, strings.AfterQuote, group => Close(strings.Closers[group], min, counted ? max : Repeat.Unlimited));
        return true;
    }

    private void Close((int Length, int Token)[] tokens, int min, int max)
    {
        foreach (var (length, token) in tokens)
        {
            if (length >= min && length <= max)
                _mask[token] = true;
        }
    }

    private static Repeat? Characters(Regex regex)
    {
        var repeat = regex as Repeat ?? (regex is Chain { Tail: Tagged } chain ? chain.Head as Repeat : null);
        return repeat is { IsAny: true } ? repeat : null;
    }
}
