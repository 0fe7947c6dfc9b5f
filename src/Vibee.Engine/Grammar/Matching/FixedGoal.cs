namespace Vibee.Engine.Grammar.Matching;

/// <summary>A goal whose productions are known from the start, or set once when they are.</summary>
internal sealed class FixedGoal(Production[]? productions = null) : Goal
{
    public Production[]? Ways { get; set; } = productions;

    protected override Production[] Expand() => Ways ?? throw new InvalidOperationException("the rule was never defined");
}
