using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Matching;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>A value that satisfies a formula.</summary>
internal sealed class ValueGoal(SchemaGoals goals, Formula formula) : Goal
{
    protected override Production[] Expand()
    {
        var shape = goals.Of(formula);
        var ways = new List<Production>();
        var regexes = goals.Regexes;
        var plain = new List<Regex>();
        if (shape.Null)
            plain.Add(regexes.Text("null"));
        if (shape.True)
            plain.Add(regexes.Text("true"));
        if (shape.False)
            plain.Add(regexes.Text("false"));
        foreach (var range in shape.Numbers)
            plain.Add(goals.Pattern(range));
        if (regexes.Either(plain) is var scalars and not Nothing)
            ways.Add(Production.Read(goals.Lexicon.Start(scalars, Spelling.Plain)));
        if (!regexes.IsEmpty(shape.Text))
            ways.Add(Production.Read(goals.Lexicon.Start(shape.Text, Spelling.JsonString)));
        var objects = shape.Objects.Where(alternative => ObjectGoal.IsPossible(goals, alternative)).ToArray();
        if (objects.Length > 0)
            ways.Add(Production.Read(goals.Terminals.OpenObject, AnyOf(objects.Select(alternative => goals.Object(alternative, ObjectProgress.Start)))));
        var arrays = shape.Arrays.Where(alternative => ArrayGoal.IsPossible(goals, alternative)).ToArray();
        if (arrays.Length > 0)
            ways.Add(Production.Read(goals.Terminals.OpenArray, AnyOf(arrays.Select(alternative => goals.Array(alternative, ArrayProgress.Start)))));
        return [.. ways];
    }

    private static Goal AnyOf(IEnumerable<Goal> alternatives)
    {
        Goal[] all = [.. alternatives];
        return all.Length == 1 ? all[0] : new FixedGoal([.. all.Select(goal => Production.Call(goal))]);
    }
}
