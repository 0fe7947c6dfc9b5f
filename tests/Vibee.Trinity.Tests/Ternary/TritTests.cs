using System.Runtime.CompilerServices;
using Vibee.Trinity.Ternary;

namespace Vibee.Trinity.Tests.Ternary;

/// <summary>Three values: every law is tried on all of them.</summary>
public class TritTests
{
    private static readonly Trit F = Trit.Minus;
    private static readonly Trit U = Trit.Zero;
    private static readonly Trit T = Trit.Plus;

    public static TheoryData<int, int> Pairs => [.. from a in Trit.All.ToArray() from b in Trit.All.ToArray() select ((int)a, (int)b)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Kleene_AllPairs_AgreesWithEveryResolutionOfUnknowns(int left, int right)
    {
        var (a, b) = (Trit.FromInt32(left), Trit.FromInt32(right));

        Assert.Equal(Resolve(a, b, (x, y) => x && y), a & b);
        Assert.Equal(Resolve(a, b, (x, y) => x || y), a | b);
        Assert.Equal(Resolve(a, b, (x, y) => x != y), a ^ b);
        Assert.Equal(Resolve(a, b, (x, y) => !x || y), Kleene.Implies(a, b));
        Assert.Equal(Resolve(a, b, (x, y) => x == y), Kleene.Equivalent(a, b));
        Assert.Equal(Resolve(a, a, (x, _) => !x), !a);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Lukasiewicz_AllPairs_FollowsTheDefinitionsOverZeroToOne(int left, int right)
    {
        var (a, b) = (Trit.FromInt32(left), Trit.FromInt32(right));
        double x = (left + 1) / 2.0, y = (right + 1) / 2.0;

        Assert.Equal(Math.Min(1, 1 - x + y), Truth(Lukasiewicz.Implies(a, b)));
        Assert.Equal(1 - Math.Abs(x - y), Truth(Lukasiewicz.Equivalent(a, b)));
        Assert.Equal(Math.Max(0, x + y - 1), Truth(Lukasiewicz.StrongAnd(a, b)));
        Assert.Equal(Math.Min(1, x + y), Truth(Lukasiewicz.StrongOr(a, b)));
        Assert.Equal(Lukasiewicz.Implies(!a, a), Lukasiewicz.Possible(a));
        Assert.Equal(!Lukasiewicz.Possible(!a), Lukasiewicz.Necessary(a));

        // Implication alone defines the rest of the logic.
        Assert.Equal(a | b, Lukasiewicz.Implies(Lukasiewicz.Implies(a, b), b));
        Assert.Equal(Lukasiewicz.Implies(a, b) & Lukasiewicz.Implies(b, a), Lukasiewicz.Equivalent(a, b));
        Assert.Equal(!Lukasiewicz.Implies(a, !b), Lukasiewicz.StrongAnd(a, b));
        Assert.Equal(Lukasiewicz.Implies(!a, b), Lukasiewicz.StrongOr(a, b));
    }

    [Fact]
    public void Implies_UnknownByUnknown_IsWhereTheLogicsDiffer()
    {
        foreach (var a in Trit.All)
        foreach (var b in Trit.All)
            Assert.Equal(a == U && b == U, Kleene.Implies(a, b) != Lukasiewicz.Implies(a, b));
        Assert.Equal(U, Kleene.Implies(U, U));
        Assert.Equal(T, Lukasiewicz.Implies(U, U));
    }

    [Fact]
    public void AndOrNot_AllTriples_FormADeMorganLattice()
    {
        foreach (var a in Trit.All)
        foreach (var b in Trit.All)
        foreach (var c in Trit.All)
        {
            Assert.Equal((a & b) & c, a & (b & c));
            Assert.Equal((a | b) | c, a | (b | c));
            Assert.Equal(a & b, b & a);
            Assert.Equal(a | b, b | a);
            Assert.Equal(a, a & (a | b));
            Assert.Equal(a, a | (a & b));
            Assert.Equal(a & (b | c), (a & b) | (a & c));
            Assert.Equal(!(a & b), !a | !b);
            Assert.Equal(a, !!a);
            Assert.True((a & !a) <= (b | !b));
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void ConsensusAndAccept_AllPairs_AreWhatBothAndWhatEitherSays(int left, int right)
    {
        var (a, b) = (Trit.FromInt32(left), Trit.FromInt32(right));

        Assert.Equal(a == b ? a : U, Trit.Consensus(a, b));
        Assert.Equal(a == U ? b : b == U || a == b ? a : U, Trit.Accept(a, b));
        Assert.Equal(left * right, a * b);
        Assert.Equal(Math.Sign(left.CompareTo(right)), Math.Sign(a.CompareTo(b)));
        Assert.Equal((left < right, left <= right, left > right, left >= right), (a < b, a <= b, a > b, a >= b));
    }

    [Fact]
    public void FromInt32_AnythingElse_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Trit.FromInt32(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Trit.FromInt32(int.MinValue));
        Assert.Equal([F, U, T], [Trit.FromSign(-7), Trit.FromSign(0), Trit.FromSign(int.MaxValue)]);
        Assert.Equal("-0+", $"{F}{U}{T}");
        Assert.Equal(1, Unsafe.SizeOf<Trit>());
    }

    private static double Truth(Trit trit) => (trit + 1) / 2.0;

    /// <summary>The answer all resolutions of the unknowns give, or unknown.</summary>
    private static Trit Resolve(Trit a, Trit b, Func<bool, bool, bool> operation)
    {
        bool[] Possible(Trit t) => t == F ? [false] : t == T ? [true] : [false, true];
        var answers = (from x in Possible(a) from y in Possible(b) select operation(x, y)).Distinct().ToArray();
        return answers.Length == 2 ? U : answers[0] ? T : F;
    }
}
