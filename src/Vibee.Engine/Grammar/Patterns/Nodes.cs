namespace Vibee.Engine.Grammar.Patterns;

// The kinds of expression. They are small and belong together: each says what it accepts and what may follow.

/// <summary>The empty language.</summary>
internal sealed class Nothing : Regex
{
    public override bool IsNullable => false;

    public override bool SameAs(Regex other) => other is Nothing;

    public override int Hash() => 1;

    protected override Move[] ComputeMoves(RegexFactory factory) => [];
}

/// <summary>The empty text.</summary>
internal sealed class Empty : Regex
{
    public override bool IsNullable => true;

    public override bool SameAs(Regex other) => other is Empty;

    public override int Hash() => 2;

    protected override Move[] ComputeMoves(RegexFactory factory) => [];
}

/// <summary>The empty text too, remembering through which of several merged languages it was reached.</summary>
internal sealed class Tagged(int tag) : Regex
{
    public override bool IsNullable => true;

    public override bool SameAs(Regex other) => other is Tagged tagged && tagged.Tag == Tag;

    public override int Hash() => HashCode.Combine(3, Tag);

    private int Tag { get; } = tag;

    protected override Move[] ComputeMoves(RegexFactory factory) => [];

    protected override int[] ComputeTags() => [Tag];
}

/// <summary>One character of a set.</summary>
internal sealed class OneOf(CharSet set) : Regex
{
    public CharSet Set { get; } = set;

    public override bool IsNullable => false;

    public override bool SameAs(Regex other) => other is OneOf chars && chars.Set.Equals(Set);

    public override int Hash() => HashCode.Combine(4, Set);

    protected override Move[] ComputeMoves(RegexFactory factory)
    {
        var moves = new Move[Set.RangeCount];
        for (var index = 0; index < moves.Length; index++)
            moves[index] = new Move(Set.Range(index).Low, Set.Range(index).High, factory.Empty);
        return moves;
    }
}

/// <summary>One after the other; the head is never itself a sequence.</summary>
internal sealed class Chain(Regex head, Regex tail) : Regex
{
    public Regex Head => head;

    public Regex Tail => tail;

    public override bool IsNullable { get; } = head.IsNullable && tail.IsNullable;

    public override bool MayBeEmpty { get; } = head.MayBeEmpty || tail.MayBeEmpty;

    public override bool SameAs(Regex other) => other is Chain pair && pair.Head == Head && pair.Tail == Tail;

    public override int Hash() => HashCode.Combine(5, head.Id, tail.Id);

    protected override Move[] ComputeMoves(RegexFactory factory)
    {
        var moves = Array.ConvertAll(head.RawMoves(factory), move => move with { Target = factory.Sequence(move.Target, tail) });
        return head.IsNullable ? MoveLists.Union(factory, [moves, tail.RawMoves(factory)]) : moves;
    }

    protected override int[] ComputeTags() => tail.Tags;
}

/// <summary>Any of several; sorted by id, without duplicates.</summary>
internal sealed class Either(Regex[] members) : Regex
{
    public Regex[] Members => members;

    public override bool IsNullable { get; } = members.Any(member => member.IsNullable);

    public override bool MayBeEmpty { get; } = members.All(member => member.MayBeEmpty);

    public override bool SameAs(Regex other) => other is Either either && either.Members.AsSpan().SequenceEqual(members);

    public override int Hash() => MoveLists.Hash(6, members);

    protected override Move[] ComputeMoves(RegexFactory factory) =>
        MoveLists.Union(factory, Array.ConvertAll(members, member => member.RawMoves(factory)));

    protected override int[] ComputeTags() =>
        [.. members.Where(member => member.IsNullable).SelectMany(member => member.Tags).Distinct().Order()];
}

/// <summary>All of several at once; sorted by id, without duplicates.</summary>
internal sealed class Both(Regex[] members) : Regex
{
    public Regex[] Members => members;

    public override bool IsNullable { get; } = members.All(member => member.IsNullable);

    public override bool MayBeEmpty => true;

    public override bool SameAs(Regex other) => other is Both both && both.Members.AsSpan().SequenceEqual(members);

    public override int Hash() => MoveLists.Hash(7, members);

    protected override Move[] ComputeMoves(RegexFactory factory) =>
        MoveLists.Intersection(factory, Array.ConvertAll(members, member => member.RawMoves(factory)));
}

/// <summary>Every text that does not belong to a language.</summary>
internal sealed class Complement(Regex inner) : Regex
{
    public Regex Inner => inner;

    public override bool IsNullable { get; } = !inner.IsNullable;

    /// <summary>A list is finite and leaves something.</summary>
    public override bool MayBeEmpty => inner is not WordList;

    public override bool SameAs(Regex other) => other is Complement not && not.Inner == Inner;

    public override int Hash() => HashCode.Combine(8, inner.Id);

    protected override Move[] ComputeMoves(RegexFactory factory) => MoveLists.Complement(factory, inner.RawMoves(factory));
}

/// <summary>Between <paramref name="min"/> and <paramref name="max"/> times, which are counted, not written out:
/// <c>a{0,1000000}</c> costs what <c>a</c> does.</summary>
internal sealed class Repeat(Regex body, int min, int max) : Regex
{
    /// <summary>As a maximum: no limit.</summary>
    public const int Unlimited = int.MaxValue;

    public Regex Body => body;

    public int Min => min;

    public int Max => max;

    /// <summary>Whether it is of any characters.</summary>
    public bool IsAny => body is OneOf one && one.Set.Equals(CharSet.Any);

    public override bool IsNullable => min == 0;

    public override bool MayBeEmpty { get; } = min > 0 && body.MayBeEmpty;

    public override bool SameAs(Regex other) =>
        other is Repeat repeat && repeat.Body == Body && repeat.Min == Min && repeat.Max == Max;

    public override int Hash() => HashCode.Combine(9, body.Id, min, max);

    protected override Move[] ComputeMoves(RegexFactory factory)
    {
        var rest = factory.Repeat(body, Math.Max(min - 1, 0), max == Unlimited ? max : max - 1);
        return Array.ConvertAll(body.RawMoves(factory), move => move with { Target = factory.Sequence(move.Target, rest) });
    }
}
