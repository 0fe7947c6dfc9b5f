using Vibee.Trinity.Kernels;

namespace Vibee.Trinity.Tests.Kernels;

/// <summary>The vector functions against their formulas in double precision, at lengths that no register divides.</summary>
public sealed unsafe class VectorsTests
{
    private const int Length = 37;

    private static readonly float[] Input =
        [.. Enumerable.Range(0, Length).Select(i => (i - 18) * 0.7f), 1e4f, -1e4f, 88.8f, -88.8f, 0f, -0f, 1e-30f];

    [Fact]
    public void Silu_AnyValues_FollowsTheFormula() =>
        Check((x, y, n) => Vectors.Silu(x, null, y, n), x => x / (1 + Math.Exp(-x)));

    [Fact]
    public void Gelu_AnyValues_FollowsTheFormula() =>
        Check((x, y, n) => Vectors.Gelu(x, null, y, n), x => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));

    [Fact]
    public void ReluSquared_AnyValues_FollowsTheFormula() =>
        Check((x, y, n) => Vectors.ReluSquared(x, null, y, n), x => Math.Max(x, 0) * Math.Max(x, 0));

    [Fact]
    public void SoftCap_AnyValues_StaysBelowTheCap() =>
        Check(
            (x, y, n) =>
            {
                new Span<float>(x, n).CopyTo(new Span<float>(y, n));
                Vectors.SoftCap(30, y, n);
            },
            x => 30 * Math.Tanh(x / 30));

    [Fact]
    public void Round_AnyFloats_AreTheNearestHalves()
    {
        var random = new Random(2);
        float[] edges = [0, -0f, 1e-8f, 2.98e-8f, 5.96e-8f, 6.1e-5f, 65504, 65519, 65520, -1e9f, float.PositiveInfinity, float.NaN];
        float[] values = [.. edges, .. Enumerable.Range(0, 1000).Select(_ => BitConverter.Int32BitsToSingle(random.Next(0x32000000, 0x48000000)) * (random.Next(2) - 0.5f))];
        var rounded = new float[values.Length];
        fixed (float* source = values, target = rounded)
            Halves.Round(source, target, values.Length);
        Assert.Equal(values.Select(value => float.IsFinite(value) ? (float)(Half)Math.Clamp(value, -65504, 65504) : value), rounded);
    }

    [Fact]
    public void Exponentials_Scores_SumToTheirSum()
    {
        var scores = Input.ToArray();
        fixed (float* first = scores)
        {
            var most = Vectors.Largest(first, scores.Length);
            var sum = Vectors.Exponentials(first, most, scores.Length);
            Assert.Equal(1e4f, most);
            Assert.Equal(1, sum, 1e-5);
            Assert.All(scores, score => Assert.InRange(score, 0, 1.000001f));
        }
    }

    [Fact]
    public void Exponentials_AnyDistance_FollowTheFormula()
    {
        var random = new Random(3);
        float[] scores = [0, -0.3465f, -0.3466f, -87, -87.5f, -1e9f, float.NegativeInfinity, .. Enumerable.Range(0, 10_000).Select(_ => -87 * random.NextSingle())];
        var powers = scores.ToArray();
        fixed (float* first = powers)
            Vectors.Exponentials(first, 0, powers.Length);
        for (var i = 0; i < scores.Length; i++)
            Assert.Equal(Math.Exp(scores[i]), powers[i], Math.Max(Math.Exp(scores[i]) * 1.2e-7, 2e-38));
    }

    [Theory]
    [InlineData(0x7fc00000u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0xffffffffu)]
    public void Exponentials_NoNumber_Stays(uint bits)
    {
        var scores = new float[16];
        (scores[3], scores[12]) = (BitConverter.UInt32BitsToSingle(bits), -1);
        fixed (float* first = scores)
        {
            Assert.True(float.IsNaN(Vectors.Exponentials(first, 0, scores.Length)));
            Halves.RoundShares(0.5f, first, scores.Length);
        }

        Assert.True(float.IsNaN(scores[3]));
        Assert.Equal(0.5f, scores[0]);
    }

    [Fact]
    public void RoundShares_AnyShares_AreTheNearestHalves()
    {
        var random = new Random(4);
        float[] shares = [0, 1, 1e-8f, 2.98e-8f, 5.96e-8f, 6.1e-5f, 6.104e-5f, .. Enumerable.Range(0, 1000).Select(_ => MathF.Pow(random.NextSingle(), 12))];
        var rounded = shares.ToArray();
        fixed (float* first = rounded)
            Halves.RoundShares(0.7f, first, rounded.Length);
        Assert.Equal(shares.Select(share => (float)(Half)(share * 0.7f)), rounded);
    }

    [Fact]
    public void Halves_Every16Bits_WidenAsTheRuntimeDoes()
    {
        var halves = Enumerable.Range(0, 65536).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).ToArray();
        var floats = new float[halves.Length];
        fixed (Half* source = halves)
        fixed (float* target = floats)
            Halves.Widen(source, target, halves.Length);
        for (var i = 0; i < halves.Length; i++)
            Assert.True(floats[i].Equals((float)halves[i]), $"{i:x4}");
    }

    private delegate void Function(float* x, float* y, int length);

    private static void Check(Function function, Func<double, double> formula)
    {
        var output = new float[Input.Length];
        fixed (float* x = Input, y = output)
            function(x, y, Input.Length);
        for (var i = 0; i < Input.Length; i++)
            Assert.Equal(formula(Input[i]), output[i], Math.Abs(formula(Input[i])) * 2e-6 + 1e-6);
    }
}
