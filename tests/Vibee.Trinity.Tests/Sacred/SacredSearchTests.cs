using Vibee.Trinity.Sacred;

namespace Vibee.Trinity.Tests.Sacred;

public class SacredSearchTests
{
    [Fact]
    public void Evaluate_Cases_IsTheProduct()
    {
        Assert.Equal(1, new SacredFormula(1, 0, 0, 0, 0).Evaluate());
        Assert.Equal(999, new SacredFormula(37, 3, 0, 0, 0).Evaluate());
        Assert.Equal(Math.PI, new SacredFormula(1, 0, 1, 0, 0).Evaluate());
        Assert.Equal(-2 * SacredConstants.Phi, new SacredFormula(-2, 0, 0, 1, 0).Evaluate());
        Assert.Equal(4 * 9 / Math.PI * SacredConstants.Phi * Math.E * Math.E, new SacredFormula(4, 2, -1, 1, 2).Evaluate(), 1e-12);
        Assert.True(double.IsNormal(new SacredFormula(999, 128, 128, 128, 128).Evaluate()));
        Assert.True(double.IsNormal(new SacredFormula(1, -128, -128, -128, -128).Evaluate()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SacredFormula(1, 129, 0, 0, 0).Evaluate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SacredFormula(1, 0, 0, 0, int.MinValue).Evaluate());
    }

    [Fact]
    public void ToString_LeavesOutWhatIsNotThere()
    {
        Assert.Equal("4 × 3^2 × π^-1 × φ × e^2", new SacredFormula(4, 2, -1, 1, 2).ToString());
        Assert.Equal("7", new SacredFormula(7, 0, 0, 0, 0).ToString());
    }

    [Theory]
    [InlineData(137.036)]
    [InlineData(1)]
    [InlineData(-0.0072973525693)]
    [InlineData(1836.15267343)]
    [InlineData(2e-5)]
    public void Find_SmallBounds_IsWhatTryingEverythingFinds(double value)
    {
        var everything =
            from n in Enumerable.Range(1, 12)
            from k in Enumerable.Range(-3, 7)
            where n % 3 != 0 || k == 3
            from m in Enumerable.Range(-3, 7)
            from p in Enumerable.Range(-3, 7)
            from q in Enumerable.Range(-3, 7)
            let formula = new SacredFormula(value < 0 ? -n : n, k, m, p, q)
            let error = Math.Abs(formula.Evaluate() - value) / Math.Abs(value)
            where error <= 0.05
            select new SacredDecomposition(formula, formula.Evaluate(), error);
        var expected = everything.OrderBy(found => found.Error).ThenBy(found => found.Formula.Size).ToArray();

        var smallest = expected.OrderBy(found => found.Formula.Size).ThenBy(found => found.Error).Cast<SacredDecomposition?>().FirstOrDefault();

        foreach (var count in (int[])[1, 5, 1000])
        {
            var actual = SacredSearch.Find(value, new SacredBounds(MaxN: 12, MaxExponent: 3, Tolerance: 0.05, count));
            Assert.Null(actual.Problem);
            Assert.Equal(expected.Take(count), actual.Best);
            Assert.Equal(smallest, actual.Smallest);
        }
    }

    [Fact]
    public void Find_ValuesOfTheFormula_AreFoundAtOnceAndExactly()
    {
        foreach (var formula in (SacredFormula[])[new(1, 0, 0, 0, 0), new(1, 0, 1, 0, 0), new(37, 3, 0, 0, 0), new(5, -2, 3, -4, 5), new(-98, 9, -9, 9, -9)])
        {
            var result = SacredSearch.Find(formula.Evaluate());
            Assert.Equal(formula, result.Best[0].Formula);
            Assert.Equal(0, result.Best[0].Error);
        }
    }

    [Fact]
    public void Find_FineStructure_ListsTheBestFirstAndTheSmallestApart()
    {
        var result = SacredSearch.Find("137.036");

        Assert.Equal(10, result.Best.Count);
        Assert.Equal(result.Best.OrderBy(found => found.Error), result.Best);
        Assert.InRange(result.Best[0].Error, 0, 2e-6);
        Assert.All(result.Best, found => Assert.Equal(found.Formula.Evaluate(), found.Value));
        Assert.True(result.Smallest!.Value.Formula.Size < result.Best[0].Formula.Size);
        Assert.InRange(result.Smallest.Value.Error, 0, 1e-3);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("137,036 ")]
    [InlineData("1e999")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("0")]
    [InlineData("-0.0")]
    [InlineData("1e-320")]
    public void Find_NoUsableNumber_IsAProblemInASentence(string? text)
    {
        var result = SacredSearch.Find(text);
        Assert.EndsWith(".", result.Problem);
        Assert.Empty(result.Best);
        Assert.Null(result.Smallest);
    }

    [Fact]
    public void Find_LongText_IsNotRepeatedWhole() => Assert.InRange(SacredSearch.Find(new string('x', 1_000_000)).Problem!.Length, 10, 100);

    [Theory]
    [InlineData(0, 9, 0.1, 1)]
    [InlineData(1000, 9, 0.1, 1)]
    [InlineData(9, -1, 0.1, 1)]
    [InlineData(9, 33, 0.1, 1)]
    [InlineData(9, 9, 0, 1)]
    [InlineData(9, 9, double.NaN, 1)]
    [InlineData(9, 9, 0.2, 1)]
    [InlineData(9, 9, 0.1, 0)]
    [InlineData(9, 9, 0.1, 1001)]
    public void Find_BoundsTooWide_IsAProblem(int maxN, int maxExponent, double tolerance, int count) =>
        Assert.NotNull(SacredSearch.Find(2, new SacredBounds(maxN, maxExponent, tolerance, count)).Problem);

    [Theory]
    [InlineData(double.MaxValue)]
    [InlineData(2.3e-308)]
    public void Find_OutOfReach_IsEmptyWithoutProblem(double value)
    {
        var result = SacredSearch.Find(value, new SacredBounds(999, 32, 0.1, 1000));
        Assert.Null(result.Problem);
        Assert.Empty(result.Best);
        Assert.Null(result.Smallest);
    }

    [Fact]
    public void Verify_Constants_HoldTheirIdentities()
    {
        Assert.True(SacredConstants.Verify());
        Assert.Equal(999, SacredConstants.Phoenix);
    }
}
