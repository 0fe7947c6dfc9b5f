namespace Vibee.Trinity.Ternary;

/// <summary>
/// Łukasiewicz's three-valued logic: truth is a quantity, and an implication is true as soon as the conclusion is at
/// least as true as the premise, so x → x always holds. Written with trits, his min(1, 1 − x + y) over {0, ½, 1}
/// keeps its form over {−1, 0, +1}.
/// </summary>
public static class Lukasiewicz
{
    public static Trit Implies(Trit premise, Trit conclusion) => Trit.FromInt32(Math.Min(1, 1 - premise + conclusion));

    /// <summary>True when both are equally true, one step less for every step between them.</summary>
    public static Trit Equivalent(Trit left, Trit right) => Trit.FromInt32(1 - Math.Abs(left - right));

    /// <summary>Strong conjunction, !(left → !right): two halves do not make a truth, so unknown and unknown is
    /// false.</summary>
    public static Trit StrongAnd(Trit left, Trit right) => Trit.FromInt32(Math.Max(-1, left + right - 1));

    /// <summary>Strong disjunction, !left → right: unknown or unknown is true.</summary>
    public static Trit StrongOr(Trit left, Trit right) => Trit.FromInt32(Math.Min(1, left + right + 1));

    /// <summary>Possibility, !x → x: everything but false.</summary>
    public static Trit Possible(Trit value) => value < Trit.Zero ? Trit.Minus : Trit.Plus;

    /// <summary>Necessity, the dual of possibility: nothing but true.</summary>
    public static Trit Necessary(Trit value) => value > Trit.Zero ? Trit.Plus : Trit.Minus;
}
