namespace Vibee.Trinity.Ternary;

/// <summary>
/// Kleene's strong logic: an answer is known only if it would be the same whatever the unknowns turn out to be.
/// And, or, not and exclusive or are the operators of <see cref="Trit"/>. It has no tautologies: x → x is unknown
/// for an unknown x.
/// </summary>
public static class Kleene
{
    /// <summary>Not <paramref name="premise"/>, or <paramref name="conclusion"/>.</summary>
    public static Trit Implies(Trit premise, Trit conclusion) => !premise | conclusion;

    public static Trit Equivalent(Trit left, Trit right) => left * right;
}
