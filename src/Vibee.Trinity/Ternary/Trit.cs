using System.Numerics;

namespace Vibee.Trinity.Ternary;

/// <summary>
/// One balanced ternary digit: −1, 0 or +1. As a truth value −1 is false, 0 unknown, +1 true, so that the logical
/// operators are those on which Kleene and Łukasiewicz agree: and is the minimum, or the maximum, not the negation.
/// </summary>
/// <remarks>One byte, two's complement: a span of trits may be reinterpreted as a span of <see cref="sbyte"/>.</remarks>
public readonly record struct Trit :
    IComparable<Trit>,
    IComparisonOperators<Trit, Trit, bool>,
    IBitwiseOperators<Trit, Trit, Trit>,
    IMultiplyOperators<Trit, Trit, Trit>,
    IUnaryNegationOperators<Trit, Trit>,
    IMinMaxValue<Trit>
{
    private readonly sbyte _value;

    private Trit(int value) => _value = (sbyte)value;

    public static Trit Minus => new(-1);

    public static Trit Zero => default;

    public static Trit Plus => new(1);

    public static Trit MinValue => Minus;

    public static Trit MaxValue => Plus;

    /// <summary>The trits in ascending order.</summary>
    public static ReadOnlySpan<Trit> All => s_all;

    private static readonly Trit[] s_all = [Minus, Zero, Plus];

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is none of −1, 0, +1.</exception>
    public static Trit FromInt32(int value) =>
        value is >= -1 and <= 1 ? new(value) : throw new ArgumentOutOfRangeException(nameof(value), value, "A trit is -1, 0 or 1.");

    public static Trit FromSign(int value) => new(Math.Sign(value));

    public static implicit operator int(Trit trit) => trit._value;

    public static Trit operator &(Trit left, Trit right) => left._value < right._value ? left : right;

    public static Trit operator |(Trit left, Trit right) => left._value > right._value ? left : right;

    /// <summary>Exactly one of the two: (left and not right) or (right and not left).</summary>
    public static Trit operator ^(Trit left, Trit right) => new(-left._value * right._value);

    public static Trit operator ~(Trit value) => new(-value._value);

    public static Trit operator !(Trit value) => new(-value._value);

    public static Trit operator -(Trit value) => new(-value._value);

    public static Trit operator *(Trit left, Trit right) => new(left._value * right._value);

    /// <summary>What both say; unknown where they differ.</summary>
    public static Trit Consensus(Trit left, Trit right) => left._value == right._value ? left : Zero;

    /// <summary>What either says: an unknown yields to the other, a contradiction is unknown.</summary>
    public static Trit Accept(Trit left, Trit right) => FromSign(left._value + right._value);

    public int CompareTo(Trit other) => _value - other._value;

    public static bool operator <(Trit left, Trit right) => left._value < right._value;

    public static bool operator >(Trit left, Trit right) => left._value > right._value;

    public static bool operator <=(Trit left, Trit right) => left._value <= right._value;

    public static bool operator >=(Trit left, Trit right) => left._value >= right._value;

    /// <summary>"-", "0" or "+".</summary>
    public override string ToString() => _value < 0 ? "-" : _value > 0 ? "+" : "0";
}
