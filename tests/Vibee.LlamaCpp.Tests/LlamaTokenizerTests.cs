using Microsoft.Extensions.Logging.Abstractions;

namespace Vibee.LlamaCpp.Tests;

public sealed class LlamaTokenizerTests
{
    public static TheoryData<string> Vocabularies =>
        ["bert-bge", "deepseek-llm", "falcon", "gpt-2", "llama-bpe", "llama-spm", "mpt", "phi-3", "qwen2", "starcoder"];

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Encode_ReferenceTexts_GivesReferenceTokens(string name)
    {
        var file = Repository.Shared("vocab", $"ggml-vocab-{name}.gguf");
        Generation.RequireLibrary();
        var tokenizer = LlamaLoader.LoadTokenizer(file, NullLogger.Instance);
        var texts = File.ReadAllText(file + ".inp").Split("\n__ggml_vocab_test__\n");
        var expected = File.ReadAllText(file + ".out").Split('\n');

        for (var i = 0; i < texts.Length; i++)
        {
            var tokens = expected[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);
            Assert.Equal(tokens, tokenizer.Encode(texts[i], addSpecial: false, parseSpecial: false));
        }
    }

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void Encode_HugeAndMonotonousText_Returns(string name)
    {
        var file = Repository.Shared("vocab", $"ggml-vocab-{name}.gguf");
        Generation.RequireLibrary();
        var tokenizer = LlamaLoader.LoadTokenizer(file, NullLogger.Instance);
        foreach (var letter in " a1.\né")
            Assert.NotEmpty(tokenizer.Encode("begin" + new string(letter, 50_000) + "end", addSpecial: false, parseSpecial: false));
    }

    [Fact]
    public void Encode_LongRunOfLetters_LosesNothing()
    {
        using var runner = Generation.Load(Repository.Model("igla-tiny.gguf"));
        var tokenizer = runner.Tokenizer;
        var text = string.Concat(Enumerable.Range(0, 3000).Select(i => (char)('a' + i % 26))) + "<|im_end|>🦙" + new string('.', 2500);
        for (var shift = 0; shift < 20; shift++)
        {
            var shifted = new string('x', shift) + text;
            Assert.Equal(shifted, tokenizer.Decode(tokenizer.Encode(shifted, true, true), renderSpecial: true));
            Assert.Contains(tokenizer.EndToken!.Value, tokenizer.Encode(shifted, true, true));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\0b")]
    [InlineData("φ² + 1/φ² = 3 🦙 – नमस्ते")]
    [InlineData("line\r\n\tend\n\n")]
    public void Bytes_OfEncodedText_GiveTheTextBack(string text)
    {
        using var runner = Generation.Load(Repository.Model("igla-tiny.gguf"));
        var tokenizer = runner.Tokenizer;
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, addSpecial: false, parseSpecial: false)));
    }

    [Fact]
    public void Encode_LoneSurrogates_AreReplaced()
    {
        using var runner = Generation.Load(Repository.Model("igla-tiny.gguf"));
        var tokenizer = runner.Tokenizer;
        Assert.Equal("a\uFFFDb\uFFFD", tokenizer.Decode(tokenizer.Encode("a\uD83Db\uDE00", false, false)));
    }

    [Fact]
    public void Encode_SpecialText_IsATokenOnlyWhenAsked()
    {
        using var runner = Generation.Load(Repository.Model("igla-tiny.gguf"));
        var tokenizer = runner.Tokenizer;

        var token = Assert.Single(tokenizer.Encode("<|im_end|>", false, parseSpecial: true));
        var letters = tokenizer.Encode("<|im_end|>", false, parseSpecial: false);

        Assert.Contains(token, tokenizer.EndOfGenerationTokens);
        Assert.Equal(token, tokenizer.EndToken);
        Assert.True(letters.Length > 1);
        Assert.Equal("<|im_end|>", tokenizer.Decode(letters));
        Assert.Equal("", tokenizer.Decode([token]));
        Assert.Equal("<|im_end|>", tokenizer.Decode([token], renderSpecial: true));
    }

    [Fact]
    public void Encode_FromManyThreads_IsTheSame()
    {
        using var runner = Generation.Load(Repository.Model("stories260K.gguf"));
        var expected = runner.Tokenizer.Encode("Once upon a time there was", true, false);
        Parallel.For(0, 200, _ => Assert.Equal(expected, runner.Tokenizer.Encode("Once upon a time there was", true, false)));
    }

    [Theory]
    [MemberData(nameof(Vocabularies))]
    public void IsLongerThan_SaysYesOnlyToTextThatIs(string name)
    {
        var file = Repository.Shared("vocab", $"ggml-vocab-{name}.gguf");
        Generation.RequireLibrary();
        var tokenizer = LlamaLoader.LoadTokenizer(file, NullLogger.Instance);
        foreach (var text in File.ReadAllText(file + ".inp").Split("\n__ggml_vocab_test__\n").Append(new string(' ', 3000)))
        {
            var count = tokenizer.Encode(text, addSpecial: false, parseSpecial: true).Length;
            Assert.False(tokenizer.IsLongerThan(text, count));
        }

        // BERT reads any unknown word as one token.
        Assert.Equal(name != "bert-bge", tokenizer.IsLongerThan(string.Concat(Enumerable.Repeat("x y ", 500_000)), 2048));
    }
}
