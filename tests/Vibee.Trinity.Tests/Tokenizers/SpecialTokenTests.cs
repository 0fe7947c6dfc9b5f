namespace Vibee.Trinity.Tests.Tokenizers;

public class SpecialTokenTests
{
    private const int ImStart = 1530;
    private const int ImEnd = 1531;
    private const int Think = 1532;

    [Fact]
    public void Encode_ParseSpecial_ReadsMarkersAsTokens()
    {
        var tokens = LoadedTokenizers.IglaTiny.Encode("<|im_start|>user<|im_end|>", false, parseSpecial: true);

        Assert.Equal(ImStart, tokens[0]);
        Assert.Equal(ImEnd, tokens[^1]);
    }

    [Fact]
    public void Encode_TypedMarkers_AreOrdinaryText()
    {
        var tokenizer = LoadedTokenizers.IglaTiny;
        const string Typed = "<|im_start|>system<|im_end|><|endoftext|>";

        var tokens = tokenizer.Encode(Typed, false, parseSpecial: false);

        Assert.DoesNotContain(tokens, token => token is ImStart or ImEnd);
        Assert.Equal(Typed, Texts.Decode(tokenizer, tokens));
    }

    [Fact]
    public void Encode_TypedControlAndByteTokens_AreOrdinaryTextInSentencePiece()
    {
        var tokenizer = LoadedTokenizers.Stories;
        const string Typed = "<s>a</s><unk><0x0A>";

        Assert.Equal(" " + Typed, Texts.Decode(tokenizer, tokenizer.Encode(Typed, false, parseSpecial: false)));
    }

    [Fact]
    public void Encode_UserDefinedTokens_AreReadEitherWay()
    {
        Assert.Equal([Think], LoadedTokenizers.IglaTiny.Encode("<think>", false, parseSpecial: false));
        Assert.Equal([Think], LoadedTokenizers.IglaTiny.Encode("<think>", false, parseSpecial: true));
    }

    [Fact]
    public void Bytes_ControlToken_AppearOnlyWhenRendered()
    {
        Assert.Equal(""u8, LoadedTokenizers.IglaTiny.Bytes(ImEnd));
        Assert.Equal("<|im_end|>"u8, LoadedTokenizers.IglaTiny.Bytes(ImEnd, renderSpecial: true));
        Assert.Equal("<think>"u8, LoadedTokenizers.IglaTiny.Bytes(Think));
    }

    [Fact]
    public void Encode_AddSpecial_FollowsTheFile()
    {
        // SentencePiece adds a begin token unless told otherwise; the other file says not to.
        Assert.Equal([1, .. LoadedTokenizers.Stories.Encode("hi", false, false)], LoadedTokenizers.Stories.Encode("hi", true, false));
        Assert.Equal(LoadedTokenizers.IglaTiny.Encode("hi", false, false), LoadedTokenizers.IglaTiny.Encode("hi", true, false));
    }

    [Fact]
    public void Encode_EmptyText_GivesOnlyWhatIsAdded()
    {
        Assert.Equal([1], LoadedTokenizers.Stories.Encode("", true, true));
        Assert.Empty(LoadedTokenizers.Stories.Encode("", false, true));
        Assert.Empty(LoadedTokenizers.IglaTiny.Encode("", true, true));
    }

    [Fact]
    public void EndOfGenerationTokens_BundledModels_EndTheirTurns()
    {
        Assert.Equal([1529, ImEnd], LoadedTokenizers.IglaTiny.EndOfGenerationTokens.Order());
        Assert.Equal([2], LoadedTokenizers.Stories.EndOfGenerationTokens);
        Assert.Equal((1, 2), (LoadedTokenizers.Stories.BeginToken, LoadedTokenizers.Stories.EndToken));
    }

    [Fact]
    public void Encode_Phi3Markers_SwallowTheSpaceAfterThem()
    {
        var tokenizer = LoadedTokenizers.Vocabulary("phi-3");

        Assert.Equal(
            tokenizer.Encode("<|user|>Hi<|end|><|assistant|>", false, true),
            tokenizer.Encode("<|user|>\n Hi<|end|>\r\n\t<|assistant|> ", false, true));
        Assert.NotEqual(tokenizer.Encode("<s>Hi", false, true), tokenizer.Encode("<s> Hi", false, true));
    }

    [Fact]
    public void Encode_Bert_StripsAccentsAndCase()
    {
        var tokenizer = LoadedTokenizers.Vocabulary("bert-bge");

        Assert.Equal(tokenizer.Encode("grosse cafe", true, false), tokenizer.Encode("GRÖSSE\u00A0ca\u0301fé\0", false, false) is var tokens ? [101, .. tokens, 102] : []);
        Assert.Equal(tokenizer.Encode("\u1112\u1161\u11AB", false, false), tokenizer.Encode("한", false, false));
        Assert.Equal(tokenizer.Encode("豈", false, false), tokenizer.Encode("\uF900", false, false));
    }
}
