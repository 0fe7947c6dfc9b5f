using Vibee.Engine;
using Vibee.Engine.Embeddings;

namespace Vibee.LlamaCpp.Tests;

public sealed class LlamaEmbeddingRunnerTests
{
    private static readonly string Stories = Repository.Model("stories260K.gguf");

    [Theory]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Last)]
    public void Embed_StoriesModel_EqualsLlamaServer(Pooling pooling)
    {
        var golden = Embedding.Golden("stories260K-embeddings.json");
        var texts = golden["texts"]!.AsArray().Select(text => (string)text!).ToArray();
        var expected = golden["vectors"]![pooling.ToString().ToLowerInvariant()]!.AsArray().Select(vector => vector!.Numbers()).ToArray();

        using var runner = Embedding.Load(Stories, pooling);
        var together = runner.Embed([.. texts.Select(runner.Encode)]);
        for (var i = 0; i < texts.Length; i++)
        {
            Embedding.AssertSame(expected[i], together[i]);
            Embedding.AssertSame(expected[i], runner.Embed([runner.Encode(texts[i])])[0]);
        }
    }

    [Fact]
    public void Embed_ManyInputs_EqualsEachAlone()
    {
        using var runner = Embedding.Load(Stories, Pooling.Mean);
        var inputs = Enumerable.Range(1, 20).Select(i => runner.Encode("Lily " + string.Concat(Enumerable.Repeat("ran ", i)))).ToArray();
        var together = inputs.Chunk(5).SelectMany(chunk => runner.Embed(chunk)).ToArray();
        for (var i = 0; i < inputs.Length; i++)
            Embedding.AssertSame(runner.Embed([inputs[i]])[0], together[i]);
    }

    [Fact]
    public void Capacity_OfADecoder_IsWhatWasAskedForWithinItsTraining()
    {
        using var runner = Embedding.Load(Stories, Pooling.Last, contextLength: 100_000);
        Assert.Equal(512, runner.Capacity.ContextLength);
        Assert.Equal(64, runner.Capacity.BatchTokens);
        Assert.Equal(64, runner.VectorLength);
        Assert.Equal(Pooling.Last, runner.Pooling);

        // As long as it says that an input may be.
        var input = new int[512];
        input.AsSpan().Fill(runner.Tokenizer.BeginToken!.Value);
        Assert.Equal(64, runner.Embed([input])[0].Length);
    }

    [Fact]
    public void LoadEmbedder_ChatModel_AsksForAPooling() =>
        Assert.Contains("--pooling", Assert.Throws<RunnerException>(() => Embedding.Load(Stories)).Message);

    [Fact]
    public void LoadEmbedder_RankWithoutClassifier_IsRefused() =>
        Assert.Contains("cls.output.weight", Assert.Throws<RunnerException>(() => Embedding.Load(Stories, Pooling.Rank)).Message);

    [Fact]
    public void Embed_UnknownInput_IsRefused()
    {
        using var runner = Embedding.Load(Stories, Pooling.Mean);
        var batch = new Batch(1);
        batch.Add(1, 0, 64, wantsLogits: true);
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Embed(batch));
    }
}
