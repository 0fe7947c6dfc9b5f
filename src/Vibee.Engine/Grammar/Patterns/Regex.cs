namespace Vibee.Engine.Grammar.Patterns;

/// <summary>
/// A regular language over Unicode scalar values, as an expression that is at the same time a state of the automaton
/// that recognises it: reading a character leads to the expression for what may still come (its derivative).
/// <see cref="RegexFactory"/> makes them, equal ones once, so that equality is identity and every derivative is
/// computed once.
/// </summary>
/// <remarks>
/// Brzozowski, "Derivatives of Regular Expressions" (1964), for closure under intersection and complement; Owens, Reppy
/// and Turon, "Regular-expression Derivatives Re-examined" (2009), for computing whole classes of characters at once.
/// Not thread-safe: whoever owns the factory guards it.
/// </remarks>
internal abstract class Regex
{
    private int[]? _tags;
    private Move[]? _moves;
    private Move[]? _raw;

    /// <summary>Unique within the factory and larger than those of all parts.</summary>
    public int Id { get; set; }

    /// <summary>Whether the empty text belongs to the language.</summary>
    public abstract bool IsNullable { get; }

    /// <summary>Whether the language may be empty although the expression is not <see cref="Nothing"/>: intersections
    /// and complements cannot be seen to be so without a search.</summary>
    public virtual bool MayBeEmpty => false;

    /// <summary>The answer of that search, once it was made.</summary>
    public bool? IsEmpty { get; set; }

    /// <summary>The characters that may come next, in ascending disjoint ranges; no target is an empty language as far
    /// as a search of limited length can tell.</summary>
    public Move[] Moves(RegexFactory factory) => _moves ??= factory.WithoutDeadEnds(RawMoves(factory));

    /// <summary>The same, before dead ends are removed.</summary>
    public Move[] RawMoves(RegexFactory factory) => _raw ??= ComputeMoves(factory);

    /// <summary>Which of the merged languages the empty text belongs to: numbers of <see cref="Tagged"/>, −1 for none
    /// in particular. Only for nullable ones.</summary>
    public int[] Tags => _tags ??= ComputeTags();

    /// <summary>Forgets what can be computed again.</summary>
    public void Forget() => _moves = _raw = null;

    public override int GetHashCode() => Id;

    public abstract bool SameAs(Regex other);

    public abstract int Hash();

    protected abstract Move[] ComputeMoves(RegexFactory factory);

    protected virtual int[] ComputeTags() => Untagged;

    private static readonly int[] Untagged = [-1];
}

/// <summary>A range of characters, both ends inclusive, and what may follow any of them.</summary>
internal readonly record struct Move(int Low, int High, Regex Target);
