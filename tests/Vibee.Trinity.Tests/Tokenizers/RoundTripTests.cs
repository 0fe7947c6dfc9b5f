using Vibee.Engine;

namespace Vibee.Trinity.Tests.Tokenizers;

public class RoundTripTests
{
    private const int Count = 100_000;

    [Fact]
    public void Bytes_OfEncodedRandomTexts_AreTheTexts_ByteLevel()
    {
        var tokenizer = LoadedTokenizers.IglaTiny;
        var random = new Random(1);
        for (var i = 0; i < Count; i++)
            AssertSame(tokenizer, Texts.Random(random, 24), "");
    }

    [Fact]
    public void Bytes_OfEncodedRandomTexts_AreTheTextsAfterASpace_SentencePiece()
    {
        var tokenizer = LoadedTokenizers.Stories;
        var random = new Random(2);
        for (var i = 0; i < Count; i++)
            AssertSame(tokenizer, Texts.Random(random, 24), " ");
    }

    [Theory]
    [InlineData("llama-bpe", "")]
    [InlineData("gpt-2", "")]
    [InlineData("starcoder", "")]
    [InlineData("llama-spm", " ")]
    public void Bytes_OfEncodedRandomTexts_AreTheTexts_LargeVocabularies(string name, string prefix)
    {
        var tokenizer = LoadedTokenizers.Vocabulary(name);
        var random = new Random(3);
        for (var i = 0; i < Count / 20; i++)
            AssertSame(tokenizer, Texts.Random(random, 24), prefix);
    }

    [Fact]
    public void Encode_LoneSurrogates_ReadsReplacementCharacters()
    {
        var tokenizer = LoadedTokenizers.IglaTiny;

        Assert.Equal("a\uFFFDb\uFFFD", Texts.Decode(tokenizer, tokenizer.Encode("a\uD83Eb\uDD99", false, true)));
    }

    [Fact]
    public void Encode_FromManyThreads_GivesTheSameTokens()
    {
        var random = new Random(4);
        var texts = Enumerable.Range(0, 2000).Select(_ => Texts.Random(random, 24)).ToArray();
        foreach (var tokenizer in new[] { LoadedTokenizers.IglaTiny, LoadedTokenizers.Stories })
        {
            var parallel = texts.AsParallel().AsOrdered().Select(text => tokenizer.Encode(text, true, true)).ToArray();
            Assert.Equal(texts.Select(text => tokenizer.Encode(text, true, true)), parallel);
        }
    }

    private static void AssertSame(ITokenizer tokenizer, string text, string prefix)
    {
        var decoded = Texts.Decode(tokenizer, tokenizer.Encode(text, addSpecial: false, parseSpecial: false));
        // A typed control token is text, and text never becomes a token that has none.
        if (decoded != (text.Length == 0 ? "" : prefix + text))
            Assert.Fail($"'{text}' came back as '{decoded}'");
    }
}
