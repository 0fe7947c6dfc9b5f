namespace Vibee.Trinity.Tests.Tokenizers;

public class TokenizerLoaderTests
{
    private const string Model = "tokenizer.ggml.model";
    private const string Pre = "tokenizer.ggml.pre";
    private const string Tokens = "tokenizer.ggml.tokens";
    private const string Types = "tokenizer.ggml.token_type";
    private const string Scores = "tokenizer.ggml.scores";
    private const string Merges = "tokenizer.ggml.merges";

    [Fact]
    public void TryLoad_UnknownPreTokenizer_RefusesByName() => AssertRefused(
        new GgufMetadataFile().Add(Model, "gpt2").Add(Pre, "made-up\u001b[31m").Add(Tokens, ["a"]).Add(Merges, ["a a"]),
        "tokenizer.ggml.pre is 'made-up?[31m'");

    [Fact]
    public void TryLoad_UnknownKind_RefusesByName() =>
        AssertRefused(new GgufMetadataFile().Add(Model, "rwkv").Add(Tokens, ["a"]), "tokenizer.ggml.model is 'rwkv'");

    [Fact]
    public void TryLoad_NoTokenizer_Refuses() => AssertRefused(new GgufMetadataFile().Add("general.name", "x"), "tokenizer.ggml.model is absent");

    [Fact]
    public void TryLoad_NoTokens_Refuses() => AssertRefused(new GgufMetadataFile().Add(Model, "llama"), "tokenizer.ggml.tokens is absent");

    [Fact]
    public void TryLoad_NoMerges_Refuses() =>
        AssertRefused(new GgufMetadataFile().Add(Model, "gpt2").Add(Tokens, ["a"]), "tokenizer.ggml.merges is absent");

    [Fact]
    public void TryLoad_ListsThatDoNotFit_Refuses()
    {
        AssertRefused(
            new GgufMetadataFile().Add(Model, "llama").Add(Tokens, ["a", "b"]).Add(Types, [1]),
            "tokenizer.ggml.token_type has 1 entries for 2 tokens");
        AssertRefused(
            new GgufMetadataFile().Add(Model, "llama").Add(Tokens, ["a", "b"]).Add(Scores, [1f]),
            "tokenizer.ggml.scores has 1 entries for 2 tokens");
    }

    [Fact]
    public void Encode_MergesBeyondTheVocabulary_EndAsBytes()
    {
        // "ab" merges, is no token, and yet leads on to "abc", which is one. Nothing stands for "z".
        var tokenizer = new GgufMetadataFile().Add(Model, "gpt2").Add(Pre, "gpt-2")
            .Add(Tokens, ["a", "b", "c", "abc"]).Add(Merges, ["a b", "ab c", "nonsense", "", " "]).Load().Tokenizer!;

        Assert.Equal([3], tokenizer.Encode("abc", false, false));
        Assert.Equal([0, 1, 0, 1], tokenizer.Encode("abzab", false, false));
        Assert.Empty(tokenizer.Encode("z", false, false));
    }

    [Fact]
    public void Encode_SentencePieceWithoutBytes_GivesUnknown()
    {
        var tokenizer = new GgufMetadataFile().Add(Model, "llama")
            .Add(Tokens, ["<unk>", "<s>", "</s>", "▁", "a"]).Add(Types, [2, 3, 3, 1, 1]).Add(Scores, [0f, 0f, 0f, -1f, -1f])
            .Add("tokenizer.ggml.add_space_prefix", false).Load().Tokenizer!;

        Assert.Equal([1, 4, 0, 3, 4], tokenizer.Encode("az a", true, false));
    }

    [Fact]
    public void Encode_SentencePieceTokensAcrossSpaces_AreFound()
    {
        var tokenizer = new GgufMetadataFile().Add(Model, "llama")
            .Add(Tokens, ["<unk>", "<s>", "</s>", "▁", "a", "b", "a▁", "a▁b"]).Add(Types, [2, 3, 3, 1, 1, 1, 1, 1])
            .Add(Scores, [0f, 0f, 0f, -9f, -9f, -9f, -2f, -1f]).Add("tokenizer.ggml.add_bos_token", false).Load().Tokenizer!;

        Assert.Equal([3, 7], tokenizer.Encode("a b", true, false));
    }

    [Fact]
    public void Encode_OverlappingSpecialTokens_TakesTheLongestFirst()
    {
        var tokenizer = new GgufMetadataFile().Add(Model, "llama")
            .Add(Tokens, ["<unk>", "<s>", "</s>", "xy", "yxyz", "x", "y", "z"]).Add(Types, [2, 3, 3, 4, 4, 1, 1, 1])
            .Add("tokenizer.ggml.add_space_prefix", false).Load().Tokenizer!;

        Assert.Equal([5, 4], tokenizer.Encode("xyxyz", false, false));
        Assert.Equal([3, 3, 6], tokenizer.Encode("xyxyy", false, false));
    }

    [Fact]
    public void Encode_SpecialIdsBeyondTheVocabulary_AreIgnored()
    {
        var tokenizer = new GgufMetadataFile().Add(Model, "llama").Add(Tokens, ["a"])
            .Add("tokenizer.ggml.bos_token_id", -1).Add("tokenizer.ggml.eos_token_id", 99)
            .Add("tokenizer.ggml.add_eos_token", true).Load().Tokenizer!;

        Assert.Null(tokenizer.BeginToken);
        Assert.Null(tokenizer.EndToken);
        Assert.Equal([0], tokenizer.Encode("a", true, true).Where(token => token == 0).Distinct());
    }

    [Fact]
    public void EndOfGenerationTokens_HarmonyMessages_DoNotEndTheTurn()
    {
        var tokenizer = new GgufMetadataFile().Add(Model, "gpt2").Add(Pre, "gpt-2")
            .Add(Tokens, ["a", "<|return|>", "<|call|>", "<|end|>"]).Add(Merges, ["a a"]).Load().Tokenizer!;

        Assert.Equal([1, 2], tokenizer.EndOfGenerationTokens.Order());
    }

    private static void AssertRefused(GgufMetadataFile file, string reason)
    {
        var (tokenizer, refusal) = file.Load();

        Assert.Null(tokenizer);
        Assert.StartsWith(reason, refusal);
    }
}
