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

    [Fact]
    public void Matchers_OfOneGrammarOnManyThreads_DoNotDisturbEachOther()
    {
        var grammar = CompiledGrammar.AnyJson();

        Parallel.For(0, 64, index => GrammarProbe.CheckMasks(grammar, $$"""{"k{{index}}": [{{index}}, "v", null]}"""));
    }
}
