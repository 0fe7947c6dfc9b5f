using Vibee.Engine.Caching;
using Vibee.Engine.Sampling;

namespace Vibee.Engine.Tests.Caching;

public class PrefixTreeTests
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 100)];

    private readonly PrefixTree _tree = new();

    [Theory]
    [InlineData(0, 100, true)]
    [InlineData(0, 32, true)]
    [InlineData(0, 31, false)] // too little to wait for
    [InlineData(90, 100, true)] // the whole of it is worth it, though little is left to do
    [InlineData(100, 100, false)]
    public void Find_PromptOfARunningSequence_WaitsForWhatIsWorthIt(int evaluated, int common, bool expected)
    {
        Run(Prompt).Evaluated = evaluated;

        var match = _tree.Find([.. Prompt[..common], 500, 501]);

        Assert.Equal(expected, match.IsUnderWay);
        Assert.Equal(Math.Min(evaluated, common), match.Length);
    }

    [Fact]
    public void Find_WhatIsBeingGenerated_IsNotWaitedFor()
    {
        var writing = Run(Prompt);
        for (var token = 0; token < 50; token++)
        {
            writing.Evaluated = writing.Length;
            writing.Append(1000 + token);
        }

        var match = _tree.Find(writing.Tokens);

        Assert.False(match.IsUnderWay);
        Assert.Equal(149, match.Length);
    }

    [Fact]
    public void Find_MoreIsCachedThanIsUnderWay_DoesNotWait()
    {
        _tree.Add(Prompt[..80], slot: 3);
        Run(Prompt[..90]).Evaluated = 5;

        var match = _tree.Find(Prompt);

        Assert.Equal(80, match.Length);
        Assert.False(match.IsUnderWay);
    }

    private Sequence Run(int[] prompt)
    {
        var sequence = new Sequence(prompt, 100, SamplingParams.Default);
        _tree.Add(_tree.Root, sequence);
        return sequence;
    }
}
