using Vibee.Engine.Grammar;
using Vibee.Engine.Grammar.JsonSchema;

namespace Vibee.Engine.Tests.Grammar;

public class GrammarCacheTests
{
    [Fact]
    public void Get_SameParts_IsTheSameGrammar()
    {
        var cache = new GrammarCache(GrammarProbe.Tokenizer);
        GrammarPart Part(string end) => new GrammarPart.Sequence(
            new GrammarPart.Repetition(new GrammarPart.Schema("true"), 1, 2, new GrammarPart.Literal(",")), new GrammarPart.Literal(end));

        Assert.Same(cache.Get(Part("a")), cache.Get(Part("a")));
        Assert.NotSame(cache.Get(Part("a")), cache.Get(Part("b")));
    }

    [Fact]
    public void Get_PartsThatDifferALittle_AreDifferentGrammars()
    {
        var cache = new GrammarCache(GrammarProbe.Tokenizer);
        GrammarPart[] parts =
        [
            new GrammarPart.Literal("ab"), new GrammarPart.Pattern("ab"), new GrammarPart.FreeText("ab"), new GrammarPart.FreeText("a", "b"),
            new GrammarPart.Choice(["ab"]), new GrammarPart.Choice(["a", "b"]), new GrammarPart.Choice(["1:a"]),
            new GrammarPart.Sequence(new GrammarPart.Literal("a"), new GrammarPart.Literal("b")),
            new GrammarPart.OneOf(new GrammarPart.Literal("a"), new GrammarPart.Literal("b")),
            new GrammarPart.Repetition(new GrammarPart.Literal("a"), 1), new GrammarPart.Repetition(new GrammarPart.Literal("a"), 1, 1),
            new GrammarPart.Repetition(new GrammarPart.Literal("a"), 1, null, new GrammarPart.Literal("b")),
            new GrammarPart.Schema("true"), new GrammarPart.Schema("true", new JsonSchemaOptions { Whitespace = JsonWhitespace.Compact }),
            new GrammarPart.Schema("true", Place: "x"), new GrammarPart.Gbnf("root ::= \"ab\""),
        ];

        Assert.Equal(parts.Length, parts.Select(cache.Get).Distinct().Count());
    }

    [Fact]
    public void Get_ManyGrammars_ForgetsTheOldest()
    {
        var cache = new GrammarCache(GrammarProbe.Tokenizer);
        var first = cache.Get(new GrammarPart.Literal("first"));
        for (var index = 0; index < 100; index++)
            cache.Get(new GrammarPart.Literal($"{index}"));
        var last = cache.Get(new GrammarPart.Literal("99"));

        Assert.Same(last, cache.Get(new GrammarPart.Literal("99")));
        Assert.NotSame(first, cache.Get(new GrammarPart.Literal("first")));
    }

    [Fact]
    public void Get_BadPart_IsRefusedEachTime()
    {
        var cache = new GrammarCache(GrammarProbe.Tokenizer);
        for (var round = 0; round < 3; round++)
            Assert.Throws<GrammarException>(() => cache.Get(new GrammarPart.Pattern("(")));
    }

    [Fact]
    public void Get_ManyThreads_CompileOnce()
    {
        var cache = new GrammarCache(GrammarProbe.Tokenizer);
        var grammars = new CompiledGrammar[16];

        Parallel.For(0, grammars.Length, index => grammars[index] = cache.Get(new GrammarPart.Schema("true")));

        Assert.Single(grammars.Distinct());
    }
}
