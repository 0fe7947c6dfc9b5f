using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Finds the tokens that may follow a state. Where a string may go on with anything, the answer is mostly known
/// beforehand (<see cref="StringTokens"/>); where it differs from such a state in a few places, as after the quote of a
/// key, only the differences are walked; elsewhere the tree of all tokens, skipping what is dead.
/// </summary>
internal sealed class MaskBuilder(Recognizer recognizer, GrammarVocabulary vocabulary)
{
    private const int LongestToken = byte.MaxValue;

    private readonly MatchState?[] _path = new MatchState?[vocabulary.Tree.MaxDepth + 1];
    private readonly MatchState?[] _otherPath = new MatchState?[vocabulary.Tree.MaxDepth + 1];
    private readonly LexState?[] _lexemes = new LexState?[vocabulary.Tree.MaxDepth + 1];
    private readonly Dictionary<LexState, MatchState?> _left = [];
    private readonly ClassMask _classes = new(recognizer, vocabulary);

    public GrammarVocabulary Vocabulary => vocabulary;

    public void Build(MatchState state, TokenMask mask)
    {
        var words = mask.Words;
        if (TryStrings(state, mask))
            return;
        if (recognizer.Next(state, (byte)'~') is { } other && TryCopy(other, mask))
        {
            WalkDifferences(state, other, mask);
            return;
        }
        if (_classes.TryBuild(state, mask))
            return;
        Array.Clear(words);
        if (state.Items.Length == 1)
            WalkTerminal(state, mask);
        else
            Walk(state, vocabulary.Tree, token => Set(mask, token, true));
    }

    private bool TryCopy(MatchState state, TokenMask mask)
    {
        if (state.Mask is not { } known || known.Vocabulary != vocabulary)
            return TryStrings(state, mask);
        known.Words.CopyTo(mask.Words, 0);
        return true;
    }

    /// <summary>Handles states inside strings of anything, perhaps of limited length.</summary>
    private bool TryStrings(MatchState state, TokenMask mask)
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
        var strings = vocabulary.Strings;
        Array.Copy(strings.InsideUpTo(max).Words, mask.Words, mask.Words.Length);
        // The quote leads to the same state wherever it is allowed, so any number of characters will do to get there.
        var (at, length) = ((MatchState?)state, 0);
        MatchState? closed = null;
        for (; at != null && closed == null && length <= LongestToken; length++)
        {
            closed = recognizer.Next(at, (byte)'"');
            if (closed == null)
                at = recognizer.Next(at, (byte)'~');
        }
        if (closed == null)
            return true;
        var min = length - 1;
        if (strings.JustQuote >= 0)
            Close(mask, strings.Closers[strings.JustQuote], min, counted ? max : Repeat.Unlimited);
        Walk(closed, strings.AfterQuote, group => Close(mask, strings.Closers[group], min, counted ? max : Repeat.Unlimited));
        return true;
    }

    private static void Close(TokenMask mask, (int Length, int Token)[] tokens, int min, int max)
    {
        foreach (var (length, token) in tokens)
        {
            if (length >= min && length <= max)
                mask[token] = true;
        }
    }

    private static Repeat? Characters(Regex regex)
    {
        var repeat = regex as Repeat ?? (regex is Chain { Tail: Tagged } chain ? chain.Head as Repeat : null);
        return repeat?.Body is OneOf one && one.Set.Equals(CharSet.Any) ? repeat : null;
    }

    private void Walk(MatchState state, TokenTrie tree, Action<int> found)
    {
        var path = _path;
        path[0] = state;
        for (var node = 0; node < tree.Bytes.Length;)
        {
            var depth = tree.Depths[node];
            var next = recognizer.Next(path[depth]!, tree.Bytes[node]);
            if (next == null)
            {
                node = tree.Ends[node];
                continue;
            }
            path[depth + 1] = next;
            if (tree.Tokens[node] >= 0)
                found(tree.Tokens[node]);
            node++;
        }
    }

    /// <summary>The usual case of one terminal, whose automaton is followed without making states of the recogniser
    /// until the terminal can end.</summary>
    private void WalkTerminal(MatchState state, TokenMask mask)
    {
        var tree = vocabulary.Tree;
        var (lexeme, production, below) = state.Items[0];
        var (path, lexemes, lexicon) = (_path, _lexemes, recognizer.Lexicon);
        _left.Clear();
        lexemes[0] = lexeme;
        for (var node = 0; node < tree.Bytes.Length;)
        {
            var (depth, value) = (tree.Depths[node], tree.Bytes[node]);
            bool alive;
            if (lexemes[depth] is { } current)
            {
                var next = current.Next(lexicon, value);
                alive = next != null;
                lexemes[depth + 1] = next;
                if (alive && next!.IsAccepting)
                {
                    if (!_left.TryGetValue(next, out var left))
                        _left.Add(next, left = recognizer.Leave(next, production, below));
                    lexemes[depth + 1] = null;
                    path[depth + 1] = left;
                    alive = left != null;
                }
            }
            else
            {
                var next = recognizer.Next(path[depth]!, value);
                alive = next != null;
                lexemes[depth + 1] = null;
                path[depth + 1] = next;
            }
            if (!alive)
            {
                node = tree.Ends[node];
                continue;
            }
            if (tree.Tokens[node] >= 0)
                Set(mask, tree.Tokens[node], true);
            node++;
        }
    }

    /// <summary>Turns <paramref name="other"/>'s mask into <paramref name="state"/>'s.</summary>
    private void WalkDifferences(MatchState state, MatchState other, TokenMask mask)
    {
        var tree = vocabulary.Tree;
        var (path, otherPath) = (_path, _otherPath);
        (path[0], otherPath[0]) = (state, other);
        for (var node = 0; node < tree.Bytes.Length;)
        {
            var (depth, value) = (tree.Depths[node], tree.Bytes[node]);
            var (from, otherFrom) = (path[depth], otherPath[depth]);
            if (from != null && otherFrom != null && LeadAlike(from, otherFrom, value))
            {
                node = tree.Ends[node];
                continue;
            }
            var next = from != null ? recognizer.Next(from, value) : null;
            var otherNext = otherFrom != null ? recognizer.Next(otherFrom, value) : null;
            if (next == otherNext)
            {
                node = tree.Ends[node];
                continue;
            }
            (path[depth + 1], otherPath[depth + 1]) = (next, otherNext);
            if (tree.Tokens[node] >= 0 && (next == null) != (otherNext == null))
                Set(mask, tree.Tokens[node], next != null);
            node++;
        }
    }

    /// <summary>Whether a byte leads to one state from both, as can be seen from their terminals alone: cheaper than
    /// making the state.</summary>
    private bool LeadAlike(MatchState a, MatchState b, byte value)
    {
        if (a.Items is not [var first] || b.Items is not [var second] || first.Production != second.Production || first.Below != second.Below)
            return false;
        return first.Lexeme.Next(recognizer.Lexicon, value) == second.Lexeme.Next(recognizer.Lexicon, value);
    }

    private void Set(TokenMask mask, int token, bool value)
    {
        mask[token] = value;
        if (!vocabulary.HasTwins(token))
            return;
        foreach (var twin in vocabulary.Tree.Same[token])
            mask[twin] = value;
    }
}
