using System.Runtime.CompilerServices;
using Vibee.Engine.Grammar.Lexing;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>Follows the texts of a tree of tokens through the grammar, skipping what is dead and what is seen to be
/// allowed as a whole.</summary>
/// <remarks>Its loops are compiled to the end at once: left to themselves they are compiled three times, in the middle of masks.</remarks>
internal sealed class TreeWalk(Recognizer recognizer, GrammarVocabulary vocabulary, LengthBound lengths, MaskWork work)
{
    /// <summary>Where walking is as fast as looking ahead.</summary>
    private const int FewNodes = 3;
    private const int FewItems = 4;

    private readonly Place[] _path = new Place[vocabulary.Tree.MaxDepth + 1];
    private readonly Place[] _otherPath = new Place[vocabulary.Tree.MaxDepth + 1];
    private readonly byte[] _text = new byte[vocabulary.Tree.MaxDepth + 1];

    /// <param name="found">Is told what stands in the tree after each text that may follow.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Find(MatchState state, TokenTrie tree, Action<int> found)
    {
        var path = _path;
        var start = Place.Of(state);
        var max = int.MaxValue;
        path[0] = start;
        if (start.Lexeme is { } lexeme)
        {
            (var free, max) = lengths.Split(lexeme);
            path[0] = start with { Lexeme = free, IsFree = free != lexeme };
        }
        for (var node = 0; node < tree.Bytes.Length;)
        {
            var (depth, value) = (tree.Depths[node], tree.Bytes[node]);
            work.Spend(1);
            if (path[depth] is { IsFree: true, Lexeme: { } current } && depth + lengths.Reach(current) > max)
                path[depth] = Read(start, depth);
            var next = IsOver(depth) || path[depth].IsDead ? default : recognizer.Next(path[depth], value);
            if (next.IsDead)
            {
                node = tree.Ends[node];
                continue;
            }
            (path[depth + 1], _text[depth]) = (next, value);
            if (tree.Tokens[node] >= 0)
                found(tree.Tokens[node]);
            var first = node++;
            if (!Keeps(next, tree, first) || (next.IsFree && depth + 1 + tree.Heights[first] + lengths.Reach(next.Lexeme!) > max))
                continue;
            for (; node < tree.Ends[first]; node++)
            {
                if (tree.Tokens[node] >= 0)
                    found(tree.Tokens[node]);
            }
        }
    }

    /// <summary>Turns <paramref name="other"/>'s mask into <paramref name="state"/>'s.</summary>
    /// <returns>Whether everything was looked at.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Correct(TokenMask mask, MatchState state, MatchState other)
    {
        var tree = vocabulary.Tree;
        var (path, otherPath) = (_path, _otherPath);
        (path[0], otherPath[0]) = (Place.Of(state), Place.Of(other));
        for (var node = 0; node < tree.Bytes.Length;)
        {
            var (depth, value) = (tree.Depths[node], tree.Bytes[node]);
            work.Spend(2);
            if (work.IsOver)
                return false;
            var next = path[depth].IsDead ? default : recognizer.Next(path[depth], value);
            var otherNext = otherPath[depth].IsDead ? default : recognizer.Next(otherPath[depth], value);
            if (next.IsLike(otherNext))
            {
                node = tree.Ends[node];
                continue;
            }
            (path[depth + 1], otherPath[depth + 1]) = (next, otherNext);
            if (tree.Tokens[node] >= 0 && next.IsDead != otherNext.IsDead)
                vocabulary.Set(mask, tree.Tokens[node], !next.IsDead);
            var all = Keeps(next, tree, node);
            var otherAll = Keeps(otherNext, tree, node);
            node = all && otherAll ? tree.Ends[node]
                : all && otherNext.IsDead ? SetBelow(mask, node, true)
                : otherAll && next.IsDead ? SetBelow(mask, node, false)
                : node + 1;
        }
        return true;
    }

    private bool IsOver(int depth) => work.IsOver && (depth > 0 || work.IsLongOver);

    /// <summary>Where the text of the path leads with the limit that was left out.</summary>
    private Place Read(Place at, int depth)
    {
        for (var index = 0; index < depth && !at.IsDead; index++)
            at = recognizer.Next(at, _text[index]);
        return at;
    }

    /// <summary>Whether all texts below a node can follow a place, as is seen from their characters.</summary>
    private bool Keeps(in Place place, TokenTrie tree, int node)
    {
        if (tree.Ends[node] - node <= FewNodes || place.IsDead)
            return false;
        if (place.Lexeme is { } lexeme)
            return lexeme.Keeps(recognizer.Lexicon, tree.Below[node]);
        if (place.State!.Items.Length > FewItems)
            return false;
        foreach (var item in place.State.Items)
        {
            if (item.Lexeme.Keeps(recognizer.Lexicon, tree.Below[node]))
                return true;
        }
        return false;
    }

    /// <returns>The node after those below.</returns>
    private int SetBelow(TokenMask mask, int node, bool value)
    {
        var tree = vocabulary.Tree;
        for (var end = tree.Ends[node++]; node < end; node++)
        {
            if (tree.Tokens[node] >= 0)
                vocabulary.Set(mask, tree.Tokens[node], value);
        }
        return node;
    }
}
