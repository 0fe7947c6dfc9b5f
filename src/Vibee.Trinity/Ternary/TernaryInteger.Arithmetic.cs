namespace Vibee.Trinity.Ternary;

public readonly partial record struct TernaryInteger
{
    public static TernaryInteger operator -(TernaryInteger value) => new(-value._trits);

    public static TernaryInteger operator +(TernaryInteger left, TernaryInteger right) =>
        new(TritWord.Sum(left._trits, right._trits));

    public static TernaryInteger operator -(TernaryInteger left, TernaryInteger right) => left + -right;

    public static TernaryInteger operator ++(TernaryInteger value) => value + One;

    public static TernaryInteger operator --(TernaryInteger value) => value - One;

    /// <summary>Adds or subtracts the left factor once for every trit of the right one: no digit table is needed.</summary>
    public static TernaryInteger operator *(TernaryInteger left, TernaryInteger right)
    {
        var sum = default(TritWord);
        for (var i = right._trits.SignificantLength - 1; i >= 0; i--)
        {
            sum = sum.Up(1);
            if (right._trits[i] != Trit.Zero)
                sum = TritWord.Sum(sum, right._trits[i] > Trit.Zero ? left._trits : -left._trits);
        }

        return new(sum);
    }

    /// <summary>Rounds toward zero, as every integer type of .NET does; <c>&gt;&gt;</c> rounds to nearest.</summary>
    /// <exception cref="DivideByZeroException"/>
    public static TernaryInteger operator /(TernaryInteger left, TernaryInteger right) =>
        (TernaryInteger)((Int128)left / (Int128)right);

    /// <summary>The remainder of <c>/</c>, with the sign of the left operand.</summary>
    /// <exception cref="DivideByZeroException"/>
    public static TernaryInteger operator %(TernaryInteger left, TernaryInteger right) =>
        (TernaryInteger)((Int128)left % (Int128)right);

    /// <summary>Times 3^<paramref name="count"/>, modulo 3^64; the count is taken modulo 64 as for the other integers.</summary>
    public static TernaryInteger operator <<(TernaryInteger value, int count) => new(value._trits.Up(count & 63));

    /// <summary>Divided by 3^<paramref name="count"/>, rounded to the nearest integer: the trits dropped are always
    /// less than half of the last one kept, and there are no ties.</summary>
    public static TernaryInteger operator >>(TernaryInteger value, int count) => new(value._trits.Down(count & 63));

    /// <summary>The same as <c>&gt;&gt;</c>: there is no sign trit to repeat.</summary>
    public static TernaryInteger operator >>>(TernaryInteger value, int count) => value >> count;

    // Int128 holds a hundred million times the range of 64 trits, so sums cannot overflow it unseen; products can,
    // and are checked twice.
    public static TernaryInteger operator checked +(TernaryInteger left, TernaryInteger right) =>
        (TernaryInteger)((Int128)left + (Int128)right);

    public static TernaryInteger operator checked -(TernaryInteger left, TernaryInteger right) =>
        (TernaryInteger)((Int128)left - (Int128)right);

    public static TernaryInteger operator checked *(TernaryInteger left, TernaryInteger right) =>
        (TernaryInteger)checked((Int128)left * (Int128)right);

    public static TernaryInteger operator checked ++(TernaryInteger value) => checked(value + One);

    public static TernaryInteger operator checked --(TernaryInteger value) => checked(value - One);
}
