using Vibee.Engine.Grammar.Matching;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>How far an array has come.</summary>
/// <param name="Index">Of the next item, as far as it matters.</param>
/// <param name="Found">For each containment how many items it has, as far as it matters.</param>
internal readonly record struct ArrayProgress(int Index, EquatableList<int> Found, bool IsInside)
{
    public static ArrayProgress Start => new(0, [], false);
}

/// <summary>What is left of an array: its end, or another item.</summary>
internal sealed class ArrayGoal(SchemaGoals goals, ArrayShape shape, ArrayProgress progress) : Goal
{
    public static bool IsPossible(SchemaGoals goals, ArrayShape shape) => shape.Min <= Longest(goals, shape)
        && shape.Contains.All(contains => contains.Min <= Longest(goals, shape));

    protected override Production[] Expand()
    {
        var ways = new List<Production>();
        if (progress.Index >= shape.Min && Enumerable.Range(0, shape.Contains.Count).All(index => Found(index) >= shape.Contains[index].Min))
            ways.Add(Production.Read(progress.IsInside ? goals.Terminals.CloseArray : goals.Terminals.CloseEmptyArray));
        if (Items() is { Length: > 0 } items)
        {
            if (progress.IsInside)
                ways.Add(Production.Read(goals.Terminals.Comma, new FixedGoal(items)));
            else
                ways.AddRange(items);
        }
        return [.. ways];
    }

    private int Found(int index) => index < progress.Found.Count ? progress.Found[index] : 0;

    private Production[] Items()
    {
        var longest = Longest(goals, shape);
        if (progress.Index >= longest)
            return [];
        var ways = new List<Production>();
        var choices = new List<(Formula Item, List<int> Found)> { (shape.Item(progress.Index), []) };
        for (var index = 0; index < shape.Contains.Count; index++)
            choices = [.. choices.SelectMany(choice => Choose(choice.Item, choice.Found, index))];
        foreach (var (item, found) in choices)
        {
            var left = longest == int.MaxValue ? int.MaxValue : longest - progress.Index - 1;
            var enough = Enumerable.Range(0, shape.Contains.Count).All(index => shape.Contains[index].Min - found[index] <= left);
            if (enough && !goals.IsEmpty(item))
                ways.Add(Production.Call(goals.Value(item), goals.Array(shape, new ArrayProgress(NextIndex, [.. found], true))));
        }
        return [.. ways];
    }

    /// <summary>An item counts for a containment or does not; which is not known before it was read.</summary>
    private IEnumerable<(Formula, List<int>)> Choose(Formula item, List<int> found, int index)
    {
        var contains = shape.Contains[index];
        var count = Found(index);
        if (progress.Index < contains.From || (contains.Max == ObjectShape.Unlimited && count >= contains.Min))
        {
            yield return (item, [.. found, count]);
            yield break;
        }
        if (count < contains.Max)
            yield return (goals.Formulas.And(item, contains.Item), [.. found, count + 1]);
        var other = contains.Max == ObjectShape.Unlimited ? item : goals.Formulas.And(item, goals.Formulas.Not(contains.Item));
        yield return (other, [.. found, count]);
    }

    private int NextIndex
    {
        get
        {
            var next = progress.Index + 1;
            if (shape.Max < ObjectShape.Unlimited)
                return next;
            var matters = Math.Max(shape.Prefix.Count, shape.Min);
            foreach (var contains in shape.Contains)
                matters = Math.Max(matters, contains.From);
            return Math.Min(next, matters);
        }
    }

    private static int Longest(SchemaGoals goals, ArrayShape shape)
    {
        for (var index = 0; index < shape.Prefix.Count; index++)
        {
            if (goals.IsEmpty(shape.Prefix[index]))
                return Math.Min(index, shape.Max);
        }
        return goals.IsEmpty(shape.Rest) ? Math.Min(shape.Prefix.Count, shape.Max) : shape.Max;
    }
}
