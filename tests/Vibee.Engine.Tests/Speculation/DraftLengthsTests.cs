using Vibee.Engine.Speculation;

namespace Vibee.Engine.Tests.Speculation;

public class DraftLengthsTests
{
    // Seconds of a step with so many tokens: weights are read once, and then each token is computed.
    private static double Cpu(int tokens) => Math.Max(0.040, 0.020 + 0.010 * tokens);

    private static double Gpu(int tokens) => 0.010 + 0.00002 * tokens;

    [Fact]
    public void Choose_SureDraft_AllOfIt() => Assert.Equal([16], Choose([0.99], [16], Cpu));

    [Fact]
    public void Choose_UnlikelyDraft_NoneOfIt() => Assert.Equal([0], Choose([0.08], [16], Cpu));

    [Fact]
    public void Choose_DoubtfulDraft_AsMuchAsCostsNothing() => Assert.InRange(Choose([0.5], [16], Cpu)[0], 1, 3);

    [Fact]
    public void Choose_TokensCostNothing_DoubtfulOnesToo() => Assert.InRange(Choose([0.5], [16], Gpu)[0], 6, 16);

    [Fact]
    public void Choose_TimeGrowsWithTokens_Nothing() =>
        Assert.Equal([0, 0, 0, 0], Choose([0.9, 0.9, 0.9, 0.9], [16, 16, 16, 16], tokens => 0.01 * tokens));

    [Fact]
    public void Choose_SeveralStreams_TheWorthiestTokensFirst()
    {
        var lengths = Choose([0.2, 0.9, 0.6, 0.01], [16, 16, 16, 16], Gpu);
        Assert.True(lengths[1] > lengths[2] && lengths[2] > lengths[0] && lengths[0] > lengths[3], string.Join(", ", lengths));
        Assert.Equal(0, lengths[3]);
    }

    [Fact]
    public void Choose_OneStreamHasNoDraft_IsNotSlowedDownByMoreThanHalf()
    {
        var lengths = Choose([0.99, 0.7], [16, 0], Cpu);
        Assert.InRange(Cpu(2 + lengths.Sum()) / Cpu(2), 1.1, 1.5);
        Assert.Equal(16, Choose([0.99], [16], Cpu)[0]);
    }

    [Fact]
    public void Choose_LittleRoom_NoMoreThanThat() => Assert.Equal(5, Choose([0.99, 0.99], [16, 16], Gpu, room: 5).Sum());

    [Fact]
    public void Choose_CostsUnknown_Nothing() => Assert.Equal([0], Choose([0.99], [16], _ => 0));

    private static int[] Choose(double[] chances, int[] lengths, Func<int, double> cost, int room = 100)
    {
        new DraftLengths(8).Choose(chances, lengths, room, more => cost(chances.Length + more));
        return lengths;
    }
}
