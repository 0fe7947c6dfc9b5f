using System.Diagnostics;
using Vibee.Engine.Grammar;

namespace Vibee.Engine.Tests.Grammar;

public class PatternTests
{
    [Theory]
    [InlineData("abc", "abc", "ab,abcd,")]
    [InlineData("a|bc|", "a,bc,", "b,abc")]
    [InlineData("[a-c]+x?", "a,abcx,cc", "x,ad,")]
    [InlineData("[^a-c]{2}", "xy,日é,🦙!", "ax,x,xyz")]
    [InlineData("(ab){2,3}", "abab,ababab", "ab,abababab")]
    [InlineData("\\d{4}-\\d\\d", "2024-01", "2024-1,٢٠٢٤-01")]
    [InlineData("(?i)yes|no", "YES,yes,No", "maybe")]
    [InlineData("\\u00e9\\x41\\t", "éA\t", "eA\t")]
    [InlineData("\\p{Lu}\\p{Nd}*", "É12,A", "é,1")]
    [InlineData("(?:a|b)(?<name>c)", "ac,bc", "c")]
    [InlineData("a.c", "abc,a🦙c", "a\nc,ac")]
    [InlineData("^abc$", "abc", "xabc")]
    [InlineData("(^a|b)c", "ac,bc", "c")]
    [InlineData("(?!foo)[a-z]+", "bar,fo,afoo", "foo,foobar")]
    [InlineData("(?=.*[0-9])[a-z0-9]+", "a1,1", "a,1!")]
    [InlineData("a{,2}", "a,aa,", "aaa")]
    [InlineData("{x}", "{x}", "x")]
    public void FromRegex_Pattern_AcceptsWhatItMatches(string pattern, string accepted, string refused)
    {
        var grammar = CompiledGrammar.FromRegex(pattern);

        foreach (var text in accepted.Split(','))
            GrammarProbe.CheckMasks(grammar, text);
        foreach (var text in refused.Split(','))
            Assert.False(GrammarProbe.Accepts(grammar, text), text);
    }

    [Theory]
    [InlineData("a(b", "')'")]
    [InlineData("a)", "'('")]
    [InlineData("[a", "']'")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData("(a)\\1", "back references")]
    [InlineData("(?<=a)b", "lookbehind")]
    [InlineData("a\\b", "word boundaries")]
    [InlineData("a++", "possessive")]
    [InlineData("a{3,2}", "minimum")]
    [InlineData("a{2000000}", "1000000")]
    [InlineData("\\q", "not known")]
    [InlineData("[b-a]", "ascend")]
    [InlineData("a^b", "anchor")]
    [InlineData("[^\\s\\S]", "no text")]
    public void FromRegex_WhatCannotBeEnforced_IsNamed(string pattern, string expected)
    {
        var problem = Assert.Throws<GrammarException>(() => CompiledGrammar.FromRegex(pattern));

        Assert.Contains(expected, problem.Message);
    }

    [Theory]
    [InlineData("(a*)*b")]
    [InlineData("(a|aa)+$")]
    [InlineData("(a|a)*c")]
    [InlineData("(.*)(.*)(.*)(.*)(.*)x")]
    [InlineData("[ab]*a[ab]{200}")]
    [InlineData("((a{0,100}){0,100}){0,100}")]
    [InlineData("(x+x+)+y|a*")]
    public void FromRegex_CatastrophicPattern_RunsInLinearTime(string pattern)
    {
        var grammar = CompiledGrammar.FromRegex(pattern);
        var matcher = new GrammarMatcher(grammar, GrammarProbe.Vocabulary);
        var watch = Stopwatch.StartNew();

        for (var count = 0; count < 5000 && matcher.AcceptBytes("a"u8); count++)
        {
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }
}
