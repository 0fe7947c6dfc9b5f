using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Vibee.Trinity.Ternary;

namespace Vibee.Trinity.Tests.Ternary;

public class TernaryIntegerTests
{
    private static readonly BigInteger s_modulus = BigInteger.Pow(3, 64);
    private static readonly BigInteger s_most = (s_modulus - 1) / 2;

    /// <summary>Numbers of every length, the extremes among them.</summary>
    private static readonly Arbitrary<BigInteger> s_numbers = Arb.From(
        from plus in ArbMap.Default.GeneratorFor<ulong>()
        from high in ArbMap.Default.GeneratorFor<ulong>()
        from shift in Gen.Choose(0, 127)
        from special in Gen.Choose(0, 30)
        select special switch
        {
            0 => s_most,
            1 => -s_most,
            2 => BigInteger.Zero,
            _ => Wrap((((BigInteger)(high * 0x9E3779B97F4A7C15) << 64) + plus * 0xC2B2AE3D27D4EB4F) >> shift),
        });

    [Fact]
    public void Arithmetic_AgainstBigInteger_WrapsModulo3To64() => Prop.ForAll(s_numbers, s_numbers, (a, b) =>
    {
        var (x, y) = (From(a), From(b));
        return To(x + y) == Wrap(a + b)
            && To(x - y) == Wrap(a - b)
            && To(x * y) == Wrap(a * b)
            && To(-x) == -a
            && (b == 0 || To(x / y) == a / b && To(x % y) == a % b)
            && Math.Sign(x.CompareTo(y)) == Math.Sign(a.CompareTo(b))
            && (x < y) == (a < b) && (x >= y) == (a >= b) && (x == y) == (a == b)
            && x.Sign == a.Sign && To(TernaryInteger.Abs(x)) == BigInteger.Abs(a);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void CheckedArithmetic_AgainstBigInteger_ThrowsExactlyBeyondTheRange() => Prop.ForAll(s_numbers, s_numbers, (a, b) =>
    {
        var (x, y) = (From(a), From(b));
        return Matches(a + b, () => checked(x + y))
            && Matches(a - b, () => checked(x - y))
            && Matches(a * b, () => checked(x * y));

        static bool Matches(BigInteger expected, Func<TernaryInteger> operation)
        {
            try
            {
                return To(operation()) == expected;
            }
            catch (OverflowException)
            {
                return BigInteger.Abs(expected) > s_most;
            }
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Text_RoundTrip_GivesTheNumberBack() => Prop.ForAll(s_numbers, a =>
    {
        var x = From(a);
        var culture = CultureInfo.InvariantCulture;
        return TernaryInteger.Parse(x.ToString()) == x
            && TernaryInteger.Parse("000" + x.ToString("T")) == x
            && x.ToString("D") == a.ToString(culture)
            && TernaryInteger.TryParse(x.ToString().AsSpan(), culture, out var again) && again == x;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Conversion_OfLongs_RoundTrips() => Prop.ForAll<long>(a =>
    {
        TernaryInteger x = a;
        return (long)x == a && (Int128)x == a;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void ShiftRight_AnyNumber_RoundsToNearest() => Prop.ForAll(s_numbers, Gen.Choose(0, 63).ToArbitrary(), (a, count) =>
    {
        var (x, power) = (From(a), BigInteger.Pow(3, count));
        return BigInteger.Abs(To(x >> count) * power - a) * 2 < power && To(x << count) == Wrap(a * power) && x >>> count == x >> count;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, "0", "0")]
    [InlineData(1, "+", "1")]
    [InlineData(-1, "-", "T")]
    [InlineData(2, "+-", "1T")]
    [InlineData(8, "+0-", "10T")]
    [InlineData(-5, "-++", "T11")]
    [InlineData(999, "++0+000", "1101000")]
    public void ToString_KnownNumbers_WritesTrits(int number, string signs, string letters)
    {
        TernaryInteger x = number;
        Assert.Equal(signs, x.ToString());
        Assert.Equal(letters, x.ToString("T"));
        Assert.Equal(signs, $"{x:S}");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" +")]
    [InlineData("2")]
    [InlineData("+0x")]
    [InlineData("1,0")]
    [InlineData("٠")]
    public void Parse_NoTrits_IsAFormatError(string text)
    {
        Assert.Throws<FormatException>(() => TernaryInteger.Parse(text));
        Assert.False(TernaryInteger.TryParse(text, null, out _));
    }

    [Fact]
    public void Parse_SixtyFiveTrits_Overflows()
    {
        Assert.Equal(TernaryInteger.MaxValue, TernaryInteger.Parse(new string('0', 1_000_000) + new string('+', 64)));
        Assert.Throws<OverflowException>(() => TernaryInteger.Parse(new string('-', 65)));
        Assert.False(TernaryInteger.TryParse(null, null, out _));
    }

    [Fact]
    public void TryFormat_TooLittleRoom_SaysSo()
    {
        TernaryInteger x = 8;
        Assert.False(x.TryFormat(new char[2], out var written));
        Assert.Equal(0, written);
        Assert.True(x.TryFormat(new char[3], out written));
        Assert.Equal(3, written);
        Assert.Throws<FormatException>(() => x.ToString("X"));
    }

    [Fact]
    public void Extremes_WrapOrThrow()
    {
        var most = TernaryInteger.MaxValue;
        Assert.Equal(TernaryInteger.MinValue, most + 1);
        Assert.Equal(TernaryInteger.MinValue, -most);
        Assert.Throws<OverflowException>(() => checked(most + 1));
        Assert.Throws<OverflowException>(() => (TernaryInteger)Int128.MaxValue);
        Assert.Throws<OverflowException>(() => (TernaryInteger)Int128.MinValue);
        Assert.Throws<OverflowException>(() => (long)most);
        Assert.Throws<DivideByZeroException>(() => most / 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => most[64]);
        Assert.Throws<ArgumentOutOfRangeException>(() => most[-1]);
    }

    [Fact]
    public void GenericMath_SumOverTernaryIntegers_Compiles()
    {
        static T Sum<T>(params ReadOnlySpan<T> values) where T : IAdditionOperators<T, T, T>, IAdditiveIdentity<T, T>
        {
            var sum = T.AdditiveIdentity;
            foreach (var value in values)
                sum += value;
            return sum;
        }

        Assert.Equal(6, Sum<TernaryInteger>(1, 2, 3));
    }

    private static BigInteger Wrap(BigInteger value)
    {
        var rest = (value % s_modulus + s_modulus) % s_modulus;
        return rest > s_most ? rest - s_modulus : rest;
    }

    /// <summary>Through ternary text, digit by digit, so that the conversion under test is not used.</summary>
    private static TernaryInteger From(BigInteger value)
    {
        var text = "";
        for (; value != 0; value = (value - (int)Digit(value)) / 3)
            text = Digit(value) + text;
        return TernaryInteger.Parse(text.Length == 0 ? "0" : text);

        static Trit Digit(BigInteger value) => (int)((value % 3 + 3) % 3) switch { 0 => Trit.Zero, 1 => Trit.Plus, _ => Trit.Minus };
    }

    private static BigInteger To(TernaryInteger value) =>
        Enumerable.Range(0, 64).Aggregate(BigInteger.Zero, (sum, i) => sum + (int)value[i] * BigInteger.Pow(3, i));
}
