using Vibee.Engine.Grammar;

namespace Vibee.Engine.Tests.Grammar;

public class PartTests
{
    private const string Weather = """{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": false}""";

    private static readonly int Turn = GrammarProbe.Tokenizer.VocabularySize - 1; // the control token <turn>

    [Fact]
    public void FromParts_ToolCall_IsTextAroundJson()
    {
        var grammar = CompiledGrammar.FromParts(new GrammarPart.Sequence(
            new GrammarPart.Literal("<tool_call>\n{\"name\": \"get\", \"arguments\": "),
            new GrammarPart.Schema(Weather),
            new GrammarPart.Literal("}\n</tool_call>")));

        GrammarProbe.CheckMasks(grammar, "<tool_call>\n{\"name\": \"get\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>");
        Assert.False(GrammarProbe.Accepts(grammar, "<tool_call>\n{\"name\": \"get\", \"arguments\": {}}\n</tool_call>"));
        Assert.False(GrammarProbe.Accepts(grammar, "<tool_call>\n{\"name\": \"get\", \"arguments\": {\"city\": \"Oslo\"}}"));
    }

    [Fact]
    public void FromParts_FreeTextThenItsEnd_EndsAtTheFirst()
    {
        var value = new GrammarPart.Sequence(new GrammarPart.FreeText("</p>"), new GrammarPart.Literal("</p>"));
        var grammar = CompiledGrammar.FromParts(new GrammarPart.Sequence(value, new GrammarPart.Literal("!")));

        GrammarProbe.CheckMasks(grammar, "a < b </p </p>!");
        Assert.True(GrammarProbe.Accepts(grammar, "</p>!"));
        Assert.False(GrammarProbe.Accepts(grammar, "a</p>b</p>!"));
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("1;2", true)]
    [InlineData("1;2;[]", true)]
    [InlineData("1;2;3;4", false)]
    [InlineData("1;2;", false)]
    public void FromParts_RepetitionWithSeparator_Counts(string text, bool isAccepted)
    {
        GrammarPart[] bodies = [new GrammarPart.Schema("true"), new GrammarPart.Pattern("\\d|\\[\\]")];
        foreach (var body in bodies)
        {
            var grammar = CompiledGrammar.FromParts(new GrammarPart.Repetition(body, 2, 3, new GrammarPart.Literal(";")));
            Assert.Equal(isAccepted, GrammarProbe.Accepts(grammar, text));
        }
    }

    [Fact]
    public void FromParts_OneOf_MayBeEmptyOrAnyPart()
    {
        var grammar = CompiledGrammar.FromParts(new GrammarPart.Sequence(
            new GrammarPart.OneOf(new GrammarPart.Literal("a"), new GrammarPart.Gbnf("root ::= \"(\" root? \")\"")),
            new GrammarPart.Repetition(new GrammarPart.Schema("{\"type\": \"null\"}"), 0, 1)));

        Assert.All(["a", "anull", "(())", "()null"], text => GrammarProbe.CheckMasks(grammar, text));
        Assert.False(GrammarProbe.Accepts(grammar, "null"));
    }

    [Fact]
    public void FromParts_ControlTokenInLiteral_IsTheTokenAndNothingElse()
    {
        var grammar = CompiledGrammar.FromParts(new GrammarPart.Sequence(
            new GrammarPart.FreeText("<turn>"), new GrammarPart.Literal("<turn>a<turn>"), new GrammarPart.Schema("true")), GrammarProbe.Vocabulary);
        var matcher = new GrammarMatcher(grammar, GrammarProbe.Vocabulary);

        foreach (var token in new int[] { 'x', '<', 'y', Turn, 'a', Turn, '[', ']' })
        {
            CheckMask(matcher);
            Assert.True(matcher.Accept(token));
        }
        Assert.True(matcher.MustEnd);
        Assert.False(new GrammarMatcher(CompiledGrammar.FromParts(new GrammarPart.Literal("<turn>"), GrammarProbe.Vocabulary), GrammarProbe.Vocabulary).Accept('<'));
    }

    [Fact]
    public void Mask_GrammarWithoutControlTokens_HasNone()
    {
        foreach (var grammar in new[] { CompiledGrammar.AnyJson(), CompiledGrammar.FromRegex("[^a]*"), CompiledGrammar.FromParts(new GrammarPart.FreeText("b")) })
        {
            var matcher = new GrammarMatcher(grammar, GrammarProbe.Vocabulary);
            CheckMask(matcher);
            Assert.False(matcher.Accept(Turn));
            matcher.AcceptBytes("\""u8);
            Assert.False(matcher.Accept(Turn));
        }
    }

    [Fact]
    public void ForcedTokens_ControlToken_IsOne()
    {
        var grammar = CompiledGrammar.FromParts(new GrammarPart.Literal("ab<turn>c<turn>"), GrammarProbe.Vocabulary);

        Assert.Equal(['a', 'b', Turn, 'c', Turn], new GrammarMatcher(grammar, GrammarProbe.Vocabulary).ForcedTokens());
    }

    [Fact]
    public void FromParts_BadSchemaInAPlace_NamesIt()
    {
        var exception = Assert.Throws<GrammarException>(() => CompiledGrammar.FromParts(new GrammarPart.Schema("""{"type": "foo"}""", Place: "tools[1]")));
        var loose = CompiledGrammar.FromParts(new GrammarPart.Sequence(
            new GrammarPart.Schema("true", Place: "a"), new GrammarPart.Schema("""{"type": "array", "uniqueItems": true}""", Place: "b")));

        Assert.StartsWith("tools[1]", exception.Pointer);
        Assert.Equal("b/uniqueItems", Assert.Single(loose.Unenforced).Pointer);
    }

    [Fact]
    public void ReasoningGrammar_Prompt_DecidesWhatMayComeFirst()
    {
        bool Accepts(string prompt, string text) => GrammarProbe.Accepts(
            CompiledGrammar.FromParts(ReasoningGrammar.Before(new GrammarPart.Schema("true"), prompt, tag => tag == "<think>")), text);

        Assert.True(Accepts("Hi", "1"));
        Assert.True(Accepts("Hi", "<think>a {\n</think>\n\n1"));
        Assert.False(Accepts("Hi", "<think>a {\n"));
        Assert.False(Accepts("Hi", "<thinking>a</thinking>1"));
        Assert.True(Accepts("Hi <think>\n", "a</think>1"));
        Assert.False(Accepts("Hi <think>\n", "1"));
        Assert.True(Accepts("Hi <think>\n\n</think>\n\n", "1"));
        Assert.False(Accepts("Hi <think>\n\n</think>\n\n", "<think></think>1"));
    }

    private static void CheckMask(GrammarMatcher matcher)
    {
        var mask = new ulong[GrammarProbe.Vocabulary.MaskLength];
        matcher.FillMask(mask);
        for (var token = 0; token < GrammarProbe.Vocabulary.Size; token++)
            Assert.True(matcher.Copy().Accept(token) == ((mask[token >> 6] >> token & 1) != 0), $"token {token}");
    }
}
