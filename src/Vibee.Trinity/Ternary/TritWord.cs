using System.Numerics;

namespace Vibee.Trinity.Ternary;

/// <summary>
/// 64 trits as two bit planes: bit i of <paramref name="Plus"/> says that trit i is +1, bit i of
/// <paramref name="Minus"/> that it is −1, and no bit is set in both. Logic, sums and dot products work on all 64 at
/// once, which interleaved two-bit codes do not allow.
/// </summary>
internal readonly record struct TritWord(ulong Plus, ulong Minus)
{
    public const int Length = 64;

    private ulong Zeros => ~(Plus | Minus);

    public Trit this[int index] => Trit.FromInt32((int)(Plus >> index & 1) - (int)(Minus >> index & 1));

    public TritWord With(int index, Trit trit)
    {
        var bit = 1UL << index;
        return new(trit > Trit.Zero ? Plus | bit : Plus & ~bit, trit < Trit.Zero ? Minus | bit : Minus & ~bit);
    }

    public static TritWord operator &(TritWord a, TritWord b) => new(a.Plus & b.Plus, a.Minus | b.Minus);

    public static TritWord operator |(TritWord a, TritWord b) => new(a.Plus | b.Plus, a.Minus & b.Minus);

    public static TritWord operator ^(TritWord a, TritWord b) => -(a * b);

    /// <summary>Negation of every trit, which is also the logical not and the arithmetic negation.</summary>
    public static TritWord operator -(TritWord a) => new(a.Minus, a.Plus);

    /// <summary>Trit by trit; <see cref="TernaryInteger"/> has the product of integers.</summary>
    public static TritWord operator *(TritWord a, TritWord b) =>
        new(a.Plus & b.Plus | a.Minus & b.Minus, a.Plus & b.Minus | a.Minus & b.Plus);

    public static TritWord Consensus(TritWord a, TritWord b) => new(a.Plus & b.Plus, a.Minus & b.Minus);

    public static TritWord Accept(TritWord a, TritWord b) =>
        new((a.Plus | b.Plus) & ~(a.Minus | b.Minus), (a.Minus | b.Minus) & ~(a.Plus | b.Plus));

    /// <summary><see cref="Lukasiewicz.Implies"/> trit by trit.</summary>
    public static TritWord LukasiewiczImplies(TritWord a, TritWord b)
    {
        var falses = a.Plus & b.Minus;
        var unknowns = a.Plus & b.Zeros | a.Zeros & b.Minus;
        return new(~(falses | unknowns), falses);
    }

    public static int Dot(TritWord a, TritWord b)
    {
        var products = a * b;
        return BitOperations.PopCount(products.Plus) - BitOperations.PopCount(products.Minus);
    }

    /// <summary>
    /// The sum of two integers, least significant trit first, modulo 3^64. All 64 digits are added at once and the
    /// carries, moved up by one, are added again until none is left: at most 64 rounds, since the lowest possible
    /// carry rises with each, and two or three on average.
    /// </summary>
    public static TritWord Sum(TritWord a, TritWord b)
    {
        while ((b.Plus | b.Minus) != 0)
        {
            var twos = a.Plus & b.Plus;
            var minusTwos = a.Minus & b.Minus;
            var digits = new TritWord(
                a.Plus & b.Zeros | a.Zeros & b.Plus | minusTwos,
                a.Minus & b.Zeros | a.Zeros & b.Minus | twos);
            b = new(twos << 1, minusTwos << 1);
            a = digits;
        }

        return a;
    }

    /// <summary>Multiplies by 3^<paramref name="count"/>, modulo 3^64.</summary>
    public TritWord Up(int count) => count >= Length ? default : new(Plus << count, Minus << count);

    /// <summary>Drops the lowest <paramref name="count"/> trits.</summary>
    public TritWord Down(int count) => count >= Length ? default : new(Plus >> count, Minus >> count);

    /// <summary>Keeps the lowest <paramref name="count"/> trits, zero above.</summary>
    public TritWord Low(int count)
    {
        var mask = count >= Length ? ulong.MaxValue : (1UL << count) - 1;
        return new(Plus & mask, Minus & mask);
    }

    /// <summary>How many trits are left when leading zeros are dropped.</summary>
    public int SignificantLength => Length - BitOperations.LeadingZeroCount(Plus | Minus);

    /// <summary>The order of the integers: the highest trit in which they differ decides.</summary>
    public static int Compare(TritWord a, TritWord b)
    {
        var differing = a.Plus ^ b.Plus | a.Minus ^ b.Minus;
        if (differing == 0)
            return 0;
        var top = BitOperations.Log2(differing);
        return a[top].CompareTo(b[top]);
    }
}
