using Vibee.Trinity.Kernels;

namespace Vibee.Trinity.Tests.Kernels;

/// <summary>Scores and means against their formulas, at head lengths of models and at others; a head alone and one of three
/// must be the same bits.</summary>
public sealed unsafe class HeadProductTests
{
    private const int Positions = HeadProduct.Positions;

    public static TheoryData<int> Lengths => [1, 8, 16, 31, 64, 80, 96, 128];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Score_RandomKeys_FollowsTheFormula(int length)
    {
        var random = new Random(length);
        var (keys, queries) = (Random(random, length * Positions), Random(random, 3 * length));
        var (scores, alone) = (new float[3 * Positions], new float[Positions]);
        fixed (float* key = keys, query = queries, score = scores, one = alone)
        {
            HeadProduct.ScoreThree(key, new(query, query + length, query + 2 * length), length, 0.3f, new(score, score + Positions, score + 2 * Positions));
            for (var head = 0; head < 3; head++)
            {
                HeadProduct.Score(key, query + head * length, length, 0.3f, one);
                Assert.Equal(alone, scores.AsSpan(head * Positions, Positions).ToArray());
                for (var j = 0; j < Positions; j++)
                    Assert.Equal(0.3 * Enumerable.Range(0, length).Sum(i => (double)keys[i * Positions + j] * queries[head * length + i]), alone[j], 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Read_RandomValues_FollowsTheFormula(int length)
    {
        const int from = 3;
        const int to = 29;
        var random = new Random(length);
        var (values, weights) = (Random(random, length * Positions), Random(random, 3 * Positions));
        // What is not seen must not be read.
        values.AsSpan(0, from * length).Fill(float.NaN);
        values.AsSpan(to * length).Fill(float.NaN);
        var (means, alone) = (new float[3 * length], new float[length]);
        fixed (float* value = values, weight = weights, mean = means, one = alone)
        {
            HeadProduct.ReadThree(value, from, to, new(weight, weight + Positions, weight + 2 * Positions), length, new(mean, mean + length, mean + 2 * length));
            for (var head = 0; head < 3; head++)
            {
                Array.Clear(alone);
                HeadProduct.Read(value, from, to, weight + head * Positions, length, one);
                Assert.Equal(alone, means.AsSpan(head * length, length).ToArray());
                for (var i = 0; i < length; i++)
                    Assert.Equal(Enumerable.Range(from, to - from).Sum(j => (double)values[j * length + i] * weights[head * Positions + j]), alone[i], 1e-5);
            }
        }
    }

    [Fact]
    public void Read_LastTwoTheSame_AreAddedOnce()
    {
        var (values, weights, means) = (new float[40 * Positions], new float[2 * Positions], new float[80]);
        Array.Fill(values, 1);
        Array.Fill(weights, 1);
        fixed (float* value = values, weight = weights, mean = means)
            HeadProduct.ReadThree(value, 0, Positions, new(weight, weight + Positions, weight + Positions), 40, new(mean, mean + 40, mean + 40));
        Assert.All(means, mean => Assert.Equal(Positions, mean));
    }

    private static float[] Random(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
}
