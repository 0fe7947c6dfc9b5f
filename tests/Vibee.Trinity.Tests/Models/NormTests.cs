using Vibee.Trinity.Models.Parts;

namespace Vibee.Trinity.Tests.Models;

public sealed class NormTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public unsafe void ApplyToHeads_WithBias_IsTheNormOfEachHead(bool shared)
    {
        const int Heads = 3, Length = 8;
        var random = new Random(3);
        var (weight, bias) = (Numbers(shared ? Length : Heads * Length), Numbers(shared ? Length : Heads * Length));
        var x = Numbers(Heads * Length);
        var expected = new float[x.Length];
        for (var head = 0; head < Heads; head++)
        {
            var own = shared ? 0 : head * Length;
            var norm = new Norm(IsRms: false, 1e-5f, weight[own..(own + Length)], bias[own..(own + Length)]);
            fixed (float* source = &x[head * Length], target = &expected[head * Length])
                norm.Apply(source, target, Length);
        }

        fixed (float* values = x)
            new Norm(IsRms: false, 1e-5f, weight, bias).ApplyToHeads(values, Heads, Length);
        Assert.Equal(expected, x);

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
