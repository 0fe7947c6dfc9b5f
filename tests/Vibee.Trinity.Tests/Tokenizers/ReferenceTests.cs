using System.Text.Json;

namespace Vibee.Trinity.Tests.Tokenizers;

/// <summary>Against the token ids that llama.cpp, and before it the models' own tokenizers, give.</summary>
public class ReferenceTests
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    [Theory]
    [InlineData("bert-bge")]
    [InlineData("deepseek-llm")]
    [InlineData("falcon")]
    [InlineData("gpt-2")]
    [InlineData("llama-bpe")]
    [InlineData("llama-spm")]
    [InlineData("mpt")]
    [InlineData("phi-3")]
    [InlineData("qwen2")]
    [InlineData("starcoder")]
    public void Encode_VocabularyFile_GivesReferenceTokens(string name)
    {
        var tokenizer = LoadedTokenizers.Vocabulary(name);
        var texts = File.ReadAllText(Files.Shared($"vocab/ggml-vocab-{name}.gguf.inp")).Split(Separator)[..^1];
        var expected = File.ReadAllLines(Files.Shared($"vocab/ggml-vocab-{name}.gguf.out"));

        Assert.Equal(texts.Length, expected.Length);
        for (var i = 0; i < texts.Length; i++)
        {
            var tokens = tokenizer.Encode(texts[i], addSpecial: false, parseSpecial: false);
            Assert.True(expected[i].Trim() == string.Join(' ', tokens), $"{name}: '{texts[i]}' gives {string.Join(' ', tokens)}, not {expected[i]}");
        }
    }

    [Fact]
    public void Encode_RenderedChats_GivesReferenceTokens()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Files.Shared("golden/igla-tiny.json")));
        var results = golden.RootElement.GetProperty("results").EnumerateArray().ToList();

        Assert.NotEmpty(results);
        Assert.All(results, result => Assert.Equal(
            result.GetProperty("prompt_tokens").EnumerateArray().Select(token => token.GetInt32()),
            LoadedTokenizers.IglaTiny.Encode(result.GetProperty("prompt").GetString()!, addSpecial: true, parseSpecial: true)));
    }

    [Fact]
    public void Bytes_AnswersOfChats_GiveReferenceText()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Files.Shared("golden/igla-tiny.json")));
        var checkedAnswers = 0;
        foreach (var result in golden.RootElement.GetProperty("results").EnumerateArray())
        {
            if (!result.TryGetProperty("content", out var content) || content.GetString() is not { Length: > 0 } text)
                continue;
            var tokens = result.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()).ToArray();
            Assert.Contains(text.Trim(), Texts.Decode(LoadedTokenizers.IglaTiny, tokens));
            checkedAnswers++;
        }
        Assert.NotEqual(0, checkedAnswers);
    }

    /// <summary>As llama.cpp finds them in the same files.</summary>
    [Theory]
    [InlineData("bert-bge", 0)]
    [InlineData("deepseek-llm", 100001)]
    [InlineData("falcon", 11)]
    [InlineData("gpt-2", 50256)]
    [InlineData("llama-bpe", 128001, 128009)]
    [InlineData("llama-spm", 2)]
    [InlineData("mpt", 0)]
    [InlineData("phi-3", 2, 32000, 32007)]
    [InlineData("qwen2", 128247, 151643, 151645)]
    [InlineData("starcoder", 0, 4)]
    public void EndOfGenerationTokens_VocabularyFile_AreThoseOfTheReference(string name, params int[] expected) =>
        Assert.Equal(expected, LoadedTokenizers.Vocabulary(name).EndOfGenerationTokens.Order());

    [Fact]
    public void Encode_GeneratedTestModel_HashesChunks()
    {
        var tokenizer = LoadedTokenizers.Load(Files.Shared("models/arch/llama-dense-Q8_0.gguf"));

        Assert.Equal(128, tokenizer.VocabularySize);
        Assert.Equal(['a' % 128, ('a' * 31 + 'b') % 128], [.. tokenizer.Encode("a", true, true), .. tokenizer.Encode("ab", true, true)]);
        Assert.Equal("7f"u8, tokenizer.Bytes(127));
        Assert.Null(tokenizer.BeginToken);
    }
}
