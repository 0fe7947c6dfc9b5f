using Vibee.Engine;
using Vibee.Engine.Embeddings;

namespace Vibee.LlamaCpp.Tests;

/// <summary>Encoders and rerankers, against llama-server with the same file.</summary>
public sealed class EncoderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vibee-bert-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Last)]
    public void Embed_Encoder_EqualsLlamaServer(Pooling pooling)
    {
        var golden = Embedding.Golden("tiny-bert.json");
        using var runner = Embedding.Load(Write(pooling));
        Assert.Equal(pooling, runner.Pooling);

        var inputs = golden["texts"]!.AsArray().Select(text => runner.Encode((string)text!)).ToArray();
        Assert.Equal(golden["tokens"]!.ToJsonString(), System.Text.Json.JsonSerializer.Serialize(inputs));
        var expected = golden["vectors"]![pooling.ToString().ToLowerInvariant()]!.AsArray().Select(vector => vector!.Numbers()).ToArray();
        var together = runner.Embed(inputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            Embedding.AssertSame(expected[i], together[i]);
            Embedding.AssertSame(expected[i], runner.Embed([inputs[i]])[0]);
        }
    }

    [Fact]
    public void Embed_Reranker_EqualsLlamaServer()
    {
        var golden = Embedding.Golden("tiny-bert.json");
        using var runner = Embedding.Load(Write(Pooling.Rank));
        Assert.Equal(1, runner.VectorLength);

        var pairs = golden["documents"]!.AsArray().Select(document => runner.EncodePair((string)golden["query"]!, (string)document!)).ToArray();
        Assert.Equal((int)golden["pairTokens"]!, pairs.Sum(pair => pair.Length));
        var scores = runner.Embed(pairs).Select(vector => vector[0]);
        Assert.Equal(golden["scores"]!.Numbers(), scores, (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void LoadEmbedder_EncoderThatNamesNoPooling_TakesWhatItIsTold()
    {
        var path = Write(null);
        Assert.Contains("--pooling", Assert.Throws<RunnerException>(() => Embedding.Load(path)).Message);
        using var runner = Embedding.Load(path, Pooling.Cls);
        Assert.Equal(Pooling.Cls, runner.Pooling);
    }

    [Fact]
    public void Load_EncoderForText_IsRefusedWithTheWayOut()
    {
        var message = Assert.Throws<RunnerException>(() => Generation.Load(Write(null))).Message;
        Assert.Contains("--pooling", message);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("seperator")]
    [InlineData("bos")]
    public void LoadEmbedder_SpecialTokenBeyondTheVocabulary_IsRefusedNotServed(string token)
    {
        var path = Write(Pooling.Mean);
        var bytes = File.ReadAllBytes(path);
        var key = System.Text.Encoding.UTF8.GetBytes($"tokenizer.ggml.{token}_token_id");
        bytes.AsSpan(bytes.AsSpan().IndexOf(key) + key.Length + sizeof(uint), sizeof(uint)).Fill(0x55);
        File.WriteAllBytes(path, bytes);
        Assert.Throws<RunnerException>(() => Embedding.Load(path));
    }

    [Fact]
    public void Embed_LongestInput_FitsAndItsContextIsTheTrainedOne()
    {
        using var runner = Embedding.Load(Write(Pooling.Mean), contextLength: 4096);
        Assert.Equal(TinyBert.ContextLength, runner.Capacity.ContextLength);
        var input = new int[TinyBert.ContextLength];
        input.AsSpan().Fill(7);
        Assert.Equal(32, runner.Embed([input])[0].Length);
    }

    private string Write(Pooling? pooling)
    {
        var path = Path.Combine(_folder.FullName, $"bert-{pooling}.gguf");
        TinyBert.Write(path, pooling);
        return path;
    }
}
