using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>A goal so many times over; how many remain is known by the goal that remains.</summary>
internal sealed class RepeatGoal : Goal
{
    private readonly Goal _body;
    private readonly int _min;
    private readonly int _max;
    private readonly Dictionary<(int Min, int Max), RepeatGoal> _siblings;

    public RepeatGoal(Goal body, int min, int max) : this(body, min, max, []) { }

    private RepeatGoal(Goal body, int min, int max, Dictionary<(int Min, int Max), RepeatGoal> siblings)
    {
        (_body, _min, _max, _siblings) = (body, min, max, siblings);
        siblings.Add((min, max), this);
    }

    protected override Production[] Expand()
    {
        if (_max == 0)
            return [Production.Empty];
        var (min, max) = (Math.Max(_min - 1, 0), _max == Repeat.Unlimited ? _max : _max - 1);
        if (!_siblings.TryGetValue((min, max), out var rest))
            rest = new RepeatGoal(_body, min, max, _siblings);
        var once = Production.Call(_body, rest);
        return _min == 0 ? [Production.Empty, once] : [once];
    }
}
