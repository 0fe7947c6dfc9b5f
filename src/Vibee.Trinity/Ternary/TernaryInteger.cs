using System.Numerics;

namespace Vibee.Trinity.Ternary;

/// <summary>
/// A balanced ternary integer of 64 trits: from −(3^64 − 1)/2 to (3^64 − 1)/2, about ±1.7 × 10^30. There is no sign:
/// the highest trit other than 0 carries it, and negation swaps + and −. Unchecked arithmetic wraps modulo 3^64,
/// checked arithmetic throws <see cref="OverflowException"/>.
/// </summary>
public readonly partial record struct TernaryInteger :
    IComparable<TernaryInteger>,
    IComparisonOperators<TernaryInteger, TernaryInteger, bool>,
    IAdditionOperators<TernaryInteger, TernaryInteger, TernaryInteger>,
    IAdditiveIdentity<TernaryInteger, TernaryInteger>,
    ISubtractionOperators<TernaryInteger, TernaryInteger, TernaryInteger>,
    IMultiplyOperators<TernaryInteger, TernaryInteger, TernaryInteger>,
    IMultiplicativeIdentity<TernaryInteger, TernaryInteger>,
    IDivisionOperators<TernaryInteger, TernaryInteger, TernaryInteger>,
    IModulusOperators<TernaryInteger, TernaryInteger, TernaryInteger>,
    IUnaryNegationOperators<TernaryInteger, TernaryInteger>,
    IIncrementOperators<TernaryInteger>,
    IDecrementOperators<TernaryInteger>,
    IShiftOperators<TernaryInteger, int, TernaryInteger>,
    IMinMaxValue<TernaryInteger>,
    ISpanParsable<TernaryInteger>,
    ISpanFormattable
{
    /// <summary>The number of trits.</summary>
    public const int Length = TritWord.Length;

    private readonly TritWord _trits;

    private TernaryInteger(TritWord trits) => _trits = trits;

    public static TernaryInteger Zero => default;

    public static TernaryInteger One => new(new TritWord(1, 0));

    public static TernaryInteger AdditiveIdentity => Zero;

    public static TernaryInteger MultiplicativeIdentity => One;

    public static TernaryInteger MinValue => new(new TritWord(0, ulong.MaxValue));

    public static TernaryInteger MaxValue => new(new TritWord(ulong.MaxValue, 0));

    /// <summary>Trit <paramref name="index"/>, which counts 3^<paramref name="index"/>.</summary>
    public Trit this[int index] =>
        (uint)index < Length ? _trits[index] : throw new ArgumentOutOfRangeException(nameof(index), index, "A ternary integer has trits 0 to 63.");

    /// <summary>−1, 0 or +1.</summary>
    public Trit Sign => _trits.SignificantLength is var length and > 0 ? _trits[length - 1] : Trit.Zero;

    public static TernaryInteger Abs(TernaryInteger value) => value.Sign < Trit.Zero ? -value : value;

    public int CompareTo(TernaryInteger other) => TritWord.Compare(_trits, other._trits);

    public static bool operator <(TernaryInteger left, TernaryInteger right) => left.CompareTo(right) < 0;

    public static bool operator >(TernaryInteger left, TernaryInteger right) => left.CompareTo(right) > 0;

    public static bool operator <=(TernaryInteger left, TernaryInteger right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TernaryInteger left, TernaryInteger right) => left.CompareTo(right) >= 0;

    public static implicit operator TernaryInteger(long value) => (TernaryInteger)(Int128)value;

    /// <exception cref="OverflowException"><paramref name="value"/> needs more than 64 trits.</exception>
    public static explicit operator TernaryInteger(Int128 value)
    {
        var trits = default(TritWord);
        for (var i = 0; value != 0; i++)
        {
            if (i == Length)
                throw new OverflowException("The value needs more than 64 trits.");
            (value, var remainder) = Int128.DivRem(value, 3);
            // The remainder has the sign of the value; ±2 is ∓1 with one more carried up.
            var digit = (int)remainder;
            if (Math.Abs(digit) == 2)
            {
                digit = -Math.Sign(digit);
                value -= digit;
            }

            trits = trits.With(i, Trit.FromInt32(digit));
        }

        return new(trits);
    }

    public static implicit operator Int128(TernaryInteger value)
    {
        Int128 sum = 0;
        for (var i = value._trits.SignificantLength - 1; i >= 0; i--)
            sum = sum * 3 + (int)value._trits[i];
        return sum;
    }

    /// <exception cref="OverflowException">The value does not fit.</exception>
    public static explicit operator long(TernaryInteger value) => checked((long)(Int128)value);
}
