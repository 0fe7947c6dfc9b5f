using Vibee.Engine.Grammar;

namespace Vibee.Engine.Tests.Grammar;

public class MatcherTests
{
    private static readonly int End = GrammarProbe.Vocabulary.EndTokens[0];

    [Fact]
    public void FromChoices_Texts_AreTheOnlyOnes()
    {
        var grammar = CompiledGrammar.FromChoices(["yes", "no", "yesterday", "日本"]);

        foreach (var text in new[] { "yes", "no", "yesterday", "日本" })
            GrammarProbe.CheckMasks(grammar, text);
        Assert.False(GrammarProbe.Accepts(grammar, "yester"));
        Assert.Throws<GrammarException>(() => CompiledGrammar.FromChoices([]));
    }

    [Fact]
    public void Accept_EndToken_OnlyWhereTheTextMayEnd()
    {
        var matcher = new GrammarMatcher(CompiledGrammar.FromChoices(["ab"]), GrammarProbe.Vocabulary);

        Assert.False(matcher.Accept(End));
        Assert.True(matcher.Accept('a'));
        Assert.True(matcher.Accept('b'));
        Assert.True(matcher.Accept(End));
        Assert.True(matcher.HasEnded);
        Assert.False(matcher.Accept('a'));
    }

    [Fact]
    public void Restore_SavedPosition_GoesOnFromThere()
    {
        var matcher = new GrammarMatcher(CompiledGrammar.FromRegex("a(b|c)d"), GrammarProbe.Vocabulary);
        Assert.True(matcher.Accept('a'));
        var saved = matcher.Save();
        var copy = matcher.Copy();

        Assert.True(matcher.Accept('b'));
        Assert.False(matcher.Accept('c'));
        matcher.Restore(saved);

        Assert.True(matcher.Accept('c'));
        Assert.True(copy.Accept('b'));
    }

    [Fact]
    public void FillMask_AfterTheText_AllowsOnlyTheEnd()
    {
        var matcher = new GrammarMatcher(CompiledGrammar.FromChoices(["a"]), GrammarProbe.Vocabulary);
        matcher.Accept('a');
        var mask = new ulong[GrammarProbe.Vocabulary.MaskLength + 1];
        Array.Fill(mask, ulong.MaxValue);

        matcher.FillMask(mask);

        Assert.Equal(GrammarProbe.Vocabulary.EndTokens.Count, mask.Sum(word => System.Numerics.BitOperations.PopCount(word)));
    }

    [Fact]
    public void ForcedTokens_KnownText_LeavesTheLastTokenToTheModel()
    {
        var matcher = new GrammarMatcher(CompiledGrammar.FromRegex("\"name\": [0-9]+"), GrammarProbe.Vocabulary);

        var forced = matcher.ForcedTokens();

        foreach (var token in forced)
            Assert.True(matcher.Accept(token));
        Assert.NotEmpty(forced);
    }

    [Fact]
    public void FillMask_SecondTime_AllocatesNothing()
    {
        var grammar = GrammarProbe.Schema("""{"type": "object", "properties": {"name": {"type": "string"}}}""");
        var mask = new ulong[GrammarProbe.Vocabulary.MaskLength];
        void Follow(GrammarMatcher matcher)
        {
            foreach (var value in "{\"name\": \"abc\"}"u8)
            {
                matcher.FillMask(mask);
                matcher.Accept(value);
            }
        }
        var start = new GrammarMatcher(grammar, GrammarProbe.Vocabulary);
        var saved = start.Save();
        Follow(start);
        start.Restore(saved);
        Follow(start);
        start.Restore(saved);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Follow(start);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("{\"type\": \"string\", \"format\": \"date\"}")]
    [InlineData("{\"type\": \"string\", \"pattern\": \"^([0-3][0-9]|[4-9])[é\\\\n-z]$\"}")]
    [InlineData("{\"type\": \"object\", \"properties\": {\"a\\\"b\": {\"enum\": [\"x\\u0001\", \"🦙\", 1.5]}}, \"additionalProperties\": {\"type\": \"string\", \"format\": \"uuid\"}, \"maxProperties\": 2}")]
    public void FillMask_WhateverWasChosen_LeavesAWayOn(string schema)
    {
        var grammar = GrammarProbe.Schema(schema);
        var mask = new ulong[GrammarProbe.Vocabulary.MaskLength];
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            var matcher = new GrammarMatcher(grammar, GrammarProbe.Vocabulary);
            for (var step = 0; step < 100 && !matcher.MustEnd; step++)
            {
                matcher.FillMask(mask);
                var allowed = Enumerable.Range(0, GrammarProbe.Vocabulary.Size).Where(token => (mask[token >> 6] >> token & 1) != 0).ToArray();
                if (!matcher.CanEnd)
                    allowed = [.. allowed.Except(GrammarProbe.Vocabulary.EndTokens)];
                Assert.NotEmpty(allowed);
                Assert.True(matcher.Accept(allowed[random.Next(allowed.Length)]));
            }
        }
    }

    [Theory]
    [InlineData("{\"type\": \"string\", \"pattern\": \"^ab|x|12$\"}", "\"na ab x\\n12\"")]
    [InlineData("{\"type\": \"string\", \"pattern\": \"[a-c]+\", \"minLength\": 3, \"maxLength\": 7}", "\"12 abc \"")]
    [InlineData("{\"type\": \"string\", \"pattern\": \"[0-9a-f]{4}-[0-9a-f]{12}\"}", "\"é {abcd-0123456789ab}\"")]
    [InlineData("{\"type\": \"string\", \"pattern\": \"^[a-z.]+@[^@ ]+(\\\\.[^@ ]*)*.gov\"}", "\"name@abc.gov 日本\"")]
    [InlineData("{\"type\": \"string\", \"not\": {\"enum\": [\"abc\", \"name\", \"é\"]}, \"maxLength\": 5}", "\"abcd\"")]
    [InlineData("{\"type\": \"string\", \"not\": {\"pattern\": \"ab\"}}", "\"ac\\u0001b\"")]
    [InlineData("{\"anyOf\": [{\"type\": \"string\", \"maxLength\": 3}, {\"type\": \"string\", \"pattern\": \"^na\"}, {\"enum\": [\"abcdef\"]}]}", "\"name 12\"")]
    [InlineData("{\"type\": \"object\", \"patternProperties\": {\"^n\": {\"type\": \"integer\"}, \"a\": {\"type\": \"number\"}}}", "{\n  \"na\": 12,\n\t\"abc\": 12.5e+1, \"x\": [1,\n 2]}")]
    [InlineData("{\"anyOf\": [{\"properties\": {\"na\": {\"const\": 1}, \"name\": {}}, \"additionalProperties\": false, \"type\": \"object\"}, {\"properties\": {\"name\": {}, \"abc\": {}}, \"required\": [\"abc\"], \"type\": \"object\"}]}", "{\"name\": 1, \"abc\": {\"a\": \"\\\\\"}}")]
    public void FillMask_StringsThatMayGoOnWithMuch_IsExact(string schema, string text) =>
        GrammarProbe.CheckMasks(GrammarProbe.Schema(schema), text);

    [Fact]
    public void Matchers_OfOneGrammarOnManyThreads_DoNotDisturbEachOther()
    {
        var grammar = CompiledGrammar.AnyJson();

        Parallel.For(0, 64, index => GrammarProbe.CheckMasks(grammar, $$"""{"k{{index}}": [{{index}}, "v", null]}"""));
    }
}
