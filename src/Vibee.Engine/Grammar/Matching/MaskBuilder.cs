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

    /// <summary>
    /// For one mask: some 20 ms, several times the worst of real schemas. Masks are made on the engine's thread, for whom
    /// everyone waits, and a grammar that makes this many states for each token must not hold up the others. From then on
    /// only tokens of one byte are looked at, for as many steps again at most: the text can still become anything that
    /// the grammar allows, only in smaller pieces. Making such masks elsewhere while the sequence sits out a step would
    /// leave the memory and the processor to be held by it just the same.
    /// </summary>
    private const int MaxWork = 2_000_000;

    /// <summary>Where walking is as fast as looking ahead.</summary>
    private const int FewNodes = 3;
    private const int FewItems = 4;

    private readonly MatchState?[] _path = new MatchState?[vocabulary.Tree.MaxDepth + 1];
    private readonly MatchState?[] _otherPath = new MatchState?[vocabulary.Tree.MaxDepth + 1];
    private readonly LexState?[] _lexemes = new LexState?[vocabulary.Tree.MaxDepth + 1];
    private readonly bool[] _isFree = new bool[vocabulary.Tree.MaxDepth + 1];
    private readonly byte[] _text = new byte[vocabulary.Tree.MaxDepth + 1];
    private readonly LengthBound _lengths = new(recognizer.Lexicon);
    private readonly Dictionary<LexState, MatchState?> _left = [];
    private readonly TokenMask _mask = new(vocabulary);
    private TokenMask? _base;
    private long _end;
    private ClassMask? _classes;

    public GrammarVocabulary Vocabulary => vocabulary;

    private bool IsOver => recognizer.Work.Spent > _end;

    private bool IsLongOver => recognizer.Work.Spent > _end + MaxWork;

    public KeptMask Build(MatchState state)
    {
        _base = null;
        Build(state, _mask);
        return KeptMask.Of(_mask, _base, vocabulary.Strings.Inside);
    }

    private void Build(MatchState state, TokenMask mask)
    {
        var words = mask.Words;
        _end = recognizer.Work.Spent + MaxWork;
        if (TryStrings(state, mask))
            return;
        if (state.Items is not [{ Lexeme.Regex: Both }] && recognizer.Next(state, (byte)'~') is { } other && TryCopy(other, mask))
        {
            WalkDifferences(state, other, mask);
            if (!IsOver)
                return;
            // What was copied and not looked at is the other state's: only what this one is seen to allow may stay.
            Array.Clear(words);
            Walk(state, vocabulary.Tree, token => Set(mask, token, true));
            return;
        }
        _classes ??= new ClassMask(recognizer, vocabulary, () => IsOver);
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
        known.CopyTo(mask.Words);
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
        _base = strings.InsideUpTo(max);
        Array.Copy(_base.Words, mask.Words, mask.Words.Length);
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
            recognizer.Work.Spend(1);
            var next = IsOver && (depth > 0 || IsLongOver) ? null : recognizer.Next(path[depth]!, tree.Bytes[node]);
            if (next == null)
            {
                node = tree.Ends[node];
                continue;
            }
            path[depth + 1] = next;
            if (tree.Tokens[node] >= 0)
                found(tree.Tokens[node]);
            var first = node++;
            if (!Circles(next, tree, first))
                continue;
            for (; node < tree.Ends[first]; node++)
            {
                if (tree.Tokens[node] >= 0)
                    found(tree.Tokens[node]);
            }
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
        var (free, max) = _lengths.Split(lexeme);
        (lexemes[0], _isFree[0]) = (free, free != lexeme);
        for (var node = 0; node < tree.Bytes.Length;)
        {
            var (depth, value) = (tree.Depths[node], tree.Bytes[node]);
            bool alive;
            recognizer.Work.Spend(1);
            if (IsOver && (depth > 0 || IsLongOver))
            {
                alive = false;
            }
            else if (lexemes[depth] is { } current)
            {
                if (_isFree[depth] && depth + _lengths.Reach(current) > max)
                    (lexemes[depth], _isFree[depth]) = (current = Read(lexeme, depth), false);
                var next = current?.Next(lexicon, value);
                (_isFree[depth + 1], _text[depth]) = (_isFree[depth], value);
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
            node = lexemes[depth + 1] is { } here && Circles(here, tree, node)
                && (!_isFree[depth + 1] || depth + 1 + tree.Heights[node] + _lengths.Reach(here) <= max) ? SetBelow(mask, node, true) : node + 1;
        }
    }

    private LexState? Read(LexState? lexeme, int depth)
    {
        for (var index = 0; index < depth && lexeme != null; index++)
            lexeme = lexeme.Next(recognizer.Lexicon, _text[index]);
        return lexeme;
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
            recognizer.Work.Spend(2);
            if (IsOver)
                return;
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
            var all = next != null && Circles(next, tree, node);
            var otherAll = otherNext != null && Circles(otherNext, tree, node);
            node = all && otherAll ? tree.Ends[node]
                : all && otherNext == null ? SetBelow(mask, node, true)
                : otherAll && next == null ? SetBelow(mask, node, false)
                : node + 1;
        }
    }

    /// <summary>Whether all texts below a node can follow a state, as is seen from their characters: they lead back to it.</summary>
    private bool Circles(MatchState state, TokenTrie tree, int node)
    {
        if (state.Items.Length > FewItems)
            return false;
        foreach (var item in state.Items)
        {
            if (Circles(item.Lexeme, tree, node))
                return true;
        }
        return false;
    }

    private bool Circles(LexState lexeme, TokenTrie tree, int node) =>
        tree.Ends[node] - node > FewNodes && lexeme.Circles(recognizer.Lexicon, tree.Below[node]);

    /// <returns>The node after those below.</returns>
    private int SetBelow(TokenMask mask, int node, bool value)
    {
        var tree = vocabulary.Tree;
        for (var end = tree.Ends[node++]; node < end; node++)
        {
            if (tree.Tokens[node] >= 0)
                Set(mask, tree.Tokens[node], value);
        }
        return node;
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
