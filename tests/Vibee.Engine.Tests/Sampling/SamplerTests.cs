using Vibee.Engine.Runners;
using Vibee.Engine.Sampling;

namespace Vibee.Engine.Tests.Sampling;

public class SamplerTests
{
    private static readonly WordTokenizer Tokenizer = new([], ["<end>"]);

    [Fact]
    public void Sample_TemperatureZero_TakesTheHighestWhateverTheSeed()
    {
        for (var seed = 0; seed < 20; seed++)
            Assert.Equal(7, Sample(new() { Temperature = 0, Seed = seed }, (3, 1f), (7, 1.5f), (9, 1.4f)));
    }

    [Fact]
    public void Sample_SameSeed_SameTokens()
    {
        var sampling = new SamplingParams { Temperature = 1, Seed = 1L << 40 };
        Assert.Equal(Draw(sampling, 50, Ramp), Draw(sampling, 50, Ramp));
        Assert.NotEqual(Draw(sampling, 50, Ramp), Draw(sampling with { Seed = 1 }, 50, Ramp));
    }

    [Theory]
    [InlineData(0, 1f, 0f)]
    [InlineData(40, 1f, 0f)]
    public void Sample_ManyDraws_FollowTheSoftmax(int topK, float topP, float minP)
    {
        var logits = new (int, float)[] { (0, 0f), (1, 1f), (2, 2f), (3, -1f) };
        var sum = logits.Sum(pair => Math.Exp(pair.Item2));

        var draws = Draw(new() { Temperature = 1, TopK = topK, TopP = topP, MinP = minP, Seed = 5 }, 20_000, _ => logits);

        foreach (var (token, logit) in logits)
            Assert.Equal(Math.Exp(logit) / sum, draws.Count(draw => draw == token) / 20_000.0, 0.015);
    }

    [Fact]
    public void Sample_TopK_OnlyTheKMostLikely()
    {
        var draws = Draw(new() { Temperature = 2, TopK = 2, TopP = 1, MinP = 0, Seed = 1 }, 500, _ => [(1, 1f), (2, 0.9f), (3, 0.8f)]);
        Assert.Equal([1, 2], draws.Distinct().Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Sample_TopP_OnlyTheHeadThatReachesIt(int topK)
    {
        // Probabilities of about 0.67, 0.24, 0.09: 0.7 needs two of them, 0 leaves one.
        (int, float)[] logits = [(1, 3f), (2, 2f), (3, 1f)];
        var head = Draw(new() { Temperature = 2, TopK = topK, TopP = 0.7f, MinP = 0, Seed = 1 }, 500, _ => logits);
        Assert.Equal([1, 2], head.Distinct().Order());
        Assert.Equal([1], Draw(new() { Temperature = 2, TopK = topK, TopP = 0, MinP = 0, Seed = 1 }, 100, _ => logits).Distinct());
    }

    [Fact]
    public void Sample_MinP_OnlyThoseNearTheBest()
    {
        var draws = Draw(new() { Temperature = 2, TopK = 0, TopP = 1, MinP = 0.5f, Seed = 1 }, 500, _ => [(1, 3f), (2, 2.5f), (3, 2f)]);
        Assert.Equal([1, 2], draws.Distinct().Order());
    }

    [Fact]
    public void Sample_NearlyFlatLargeVocabulary_TopPReachesBeyondTheFirstHead()
    {
        var draws = Draw(new() { Temperature = 1, TopK = 0, TopP = 0.99f, MinP = 0, Seed = 3 }, 3000, _ => Enumerable.Range(0, 257).Select(i => (i, i * 1e-4f)).ToArray());
        Assert.True(draws.Distinct().Count() > 200);
    }

    [Theory]
    [InlineData(0f, 0.1f)]
    [InlineData(0f, 3f)] // so flat that the draw reaches far down
    [InlineData(0.05f, 1f)]
    [InlineData(0.0001f, 2f)]
    public void Sample_WithoutTopKAndTopP_DrawsFromAllFromTheMostLikelyDown(float minP, float temperature)
    {
        const int Vocabulary = 5000;
        var random = new Random(4);
        var logits = Enumerable.Range(0, Vocabulary).Select(_ => random.Next(2000) * 0.005f).ToArray();
        var sorted = Enumerable.Range(0, Vocabulary).OrderByDescending(token => logits[token]).ThenBy(token => token)
            .Where(token => minP == 0 || logits[token] >= logits.Max() + MathF.Log(minP)).ToArray();
        var weights = sorted.Select(token => Math.Exp(((double)logits[token] - logits[sorted[0]]) / temperature)).ToArray();
        var seeded = new RandomSource(11);
        var expected = Enumerable.Range(0, 300).Select(_ =>
        {
            var target = seeded.NextDouble() * weights.Sum();
            return sorted[Enumerable.Range(0, sorted.Length).First(i => (target -= weights[i]) < 0)];
        });

        var sampling = new SamplingParams { Temperature = temperature, TopK = 0, TopP = 1, MinP = minP, Seed = 11 };
        var sampler = new Sampler(sampling, Tokenizer, new Candidates(Vocabulary));
        Assert.Equal(expected, Enumerable.Range(0, 300).Select(_ => sampler.Sample(logits.ToArray(), [0], [], out TokenLogprobs? _)));
    }

    [Fact]
    public void Sample_RepeatPenaltyOverEverything_PenalizesEachTokenOnce()
    {
        var sampling = new SamplingParams { Temperature = 0, RepeatPenalty = 2, RepeatWindow = -1 };
        var sampler = new Sampler(sampling, Tokenizer, new Candidates(257));
        var history = Enumerable.Range(0, 10_000).Select(i => i % 3).ToArray();
        // 8 / 2 is still above 3; 8 / 4 would not be.
        Assert.Equal(1, sampler.Sample(Logits((1, 8f), (7, 3f)), history, [], out _));
        Assert.Equal(7, sampler.Sample(Logits((1, 5f), (7, 3f)), history, [], out _));
        Assert.Equal(1, sampler.Sample(Logits((1, 5f), (7, 3f)), [2], [], out _));
    }

    [Fact]
    public void Sample_Bias_BansAndForces()
    {
        Assert.Equal(9, Sample(new() { Temperature = 0, LogitBias = new Dictionary<int, float> { [7] = -100 } }, (7, 5f), (9, 4f)));
        Assert.Equal(200, Sample(new() { Temperature = 1, LogitBias = new Dictionary<int, float> { [200] = 100 } }, (7, 5f), (9, 4f)));
    }

    [Fact]
    public void Sample_IgnoreEnd_NeverEnds()
    {
        Assert.Equal(256, Sample(new() { Temperature = 0 }, (256, 50f), (1, 1f)));
        Assert.Equal(1, Sample(new() { Temperature = 0, IgnoreEnd = true }, (256, 50f), (1, 1f)));
    }

    [Fact]
    public void Sample_FrequencyPenalty_CountsGeneratedTokensOnly()
    {
        var sampler = new Sampler(new() { Temperature = 0, FrequencyPenalty = 0.4f }, Tokenizer, new Candidates(257));
        var history = new List<int> { 1, 1, 1, 1 }; // the prompt
        for (var i = 0; i < 4; i++)
            history.Add(sampler.Sample(Logits((1, 3f), (2, 2.5f)), history.ToArray(), [], out _));

        // 3.0, then 2.6, then 2.2 < 2.5, then 2.2 > 2.1: counted as they were generated.
        Assert.Equal([1, 1, 2, 1], history.Skip(4));
    }

    [Fact]
    public void Sample_PresencePenalty_CountsOnce()
    {
        var sampler = new Sampler(new() { Temperature = 0, PresencePenalty = 1 }, Tokenizer, new Candidates(257));
        var tokens = Enumerable.Range(0, 4).Select(step => sampler.Sample(Logits((1, 3f), (2, 2.5f)), [0], [], out TokenLogprobs? _)).ToArray();
        Assert.Equal([1, 2, 1, 1], tokens);
    }

    [Fact]
    public void Sample_RepeatPenalty_LooksAtTheWindowPromptIncluded()
    {
        var sampling = new SamplingParams { Temperature = 0, RepeatPenalty = 2, RepeatWindow = 2 };
        Assert.Equal(2, SampleAfter(sampling, [1, 5], (1, 3f), (2, 2f)));
        Assert.Equal(1, SampleAfter(sampling, [1, 5, 5], (1, 3f), (2, 2f)));
        Assert.Equal(2, SampleAfter(sampling, [1, 1], (1, -1f), (2, -1.5f)));
    }

    [Fact]
    public void Sample_NaNAmongNumbers_IsNeverChosen()
    {
        var logits = Logits((1, float.NaN), (2, 1f));
        Assert.Equal(2, new Sampler(new() { Temperature = 0 }, Tokenizer, new Candidates(257)).Sample(logits, [0], [], out _));
    }

    [Fact]
    public void Sample_TopLogprobs_AreTheModelsOwnAndSorted()
    {
        var sampling = new SamplingParams { Temperature = 0, TopLogprobs = 3, LogitBias = new Dictionary<int, float> { [2] = -100 } };
        var sampler = new Sampler(sampling, Tokenizer, new Candidates(257));

        var token = sampler.Sample(Logits((1, 1f), (2, 2f), (3, 0f)), [0], [], out var logprobs);

        // The other 254 tokens are at −20 and weigh nothing.
        var sum = Math.Log(Math.Exp(1) + Math.Exp(2) + Math.Exp(0));
        Assert.Equal(1, token);
        Assert.Equal(1 - sum, logprobs!.Logprob, 1e-5);
        Assert.Equal([2, 1, 3], logprobs.Top.Select(entry => entry.Token));
        Assert.Equal(2 - sum, logprobs.Top[0].Logprob, 1e-5);
    }

    [Fact]
    public void TakeTop_Ties_LowerTokenFirstHoweverManyAreTaken()
    {
        var random = new Random(3);
        var logits = Enumerable.Range(0, 1000).Select(_ => (float)random.Next(20)).ToArray();
        var expected = Enumerable.Range(0, 1000).OrderByDescending(token => logits[token]).ThenBy(token => token).ToArray();
        var candidates = new Candidates(1000);
        foreach (var k in new[] { 1, 2, 7, 40, 999, 1000, 5000 })
        {
            candidates.TakeTop(logits, k);
            Assert.Equal(expected.Take(k), candidates.Tokens.ToArray());
        }
    }

    private static (int, float)[] Ramp(int draw) => [.. Enumerable.Range(0, 30).Select(token => (token, (token * 7 + draw) % 11 * 0.3f))];

    private static float[] Logits(params (int Token, float Logit)[] values)
    {
        var logits = new float[257];
        Array.Fill(logits, -20f);
        foreach (var (token, logit) in values)
            logits[token] = logit;
        return logits;
    }

    private static int Sample(SamplingParams sampling, params (int, float)[] logits) => SampleAfter(sampling, [0], logits);

    private static int SampleAfter(SamplingParams sampling, int[] history, params (int, float)[] logits) =>
        new Sampler(sampling, Tokenizer, new Candidates(257)).Sample(Logits(logits), history, [], out _);

    private static int[] Draw(SamplingParams sampling, int count, Func<int, (int, float)[]> logits)
    {
        var sampler = new Sampler(sampling, Tokenizer, new Candidates(257));
        return [.. Enumerable.Range(0, count).Select(i => sampler.Sample(Logits(logits(i)), [0], [], out _))];
    }
}
