namespace Vibee.Engine.Grammar.Gbnf;

/// <summary>Finds out, for all rules at once, what each can be: regular, empty, anything at all. Least fixed points.</summary>
internal static class RuleFacts
{
    /// <exception cref="GrammarException">A rule begins with itself.</exception>
    public static void Determine(IReadOnlyCollection<Rule> rules)
    {
        Spread(rules, rule => rule.IsRegular, rule => rule.IsRegular = true, rule => rule.Body!.References.All(other => other.IsRegular));
        Spread(rules, rule => rule.IsNullable, rule => rule.IsNullable = true, rule => IsNullable(rule.Body!));
        Spread(rules, rule => rule.IsProductive, rule => rule.IsProductive = true, rule => IsProductive(rule.Body!));
        RefuseLeftRecursion(rules);
    }

    public static bool IsProductive(Term term) => term switch
    {
        Term.Characters characters => !characters.Set.IsEmpty,
        Term.Reference reference => reference.Rule.IsProductive,
        Term.Sequence sequence => sequence.Parts.All(IsProductive),
        Term.Either either => either.Members.Any(IsProductive),
        Term.Repetition repetition => repetition.Min == 0 || IsProductive(repetition.Body),
        _ => true,
    };

    private static bool IsNullable(Term term) => term switch
    {
        Term.Literal literal => literal.Text.Length == 0,
        Term.Reference reference => reference.Rule.IsNullable,
        Term.Sequence sequence => sequence.Parts.All(IsNullable),
        Term.Either either => either.Members.Any(IsNullable),
        Term.Repetition repetition => repetition.Min == 0 || IsNullable(repetition.Body),
        _ => false,
    };

    /// <summary>The rules that a term can begin with, before it reads anything.</summary>
    private static IEnumerable<Rule> Beginnings(Term term) => term switch
    {
        Term.Reference reference => [reference.Rule],
        Term.Sequence sequence => sequence.Parts.Take(sequence.Parts.TakeWhile(IsNullable).Count() + 1).SelectMany(Beginnings),
        Term.Either either => either.Members.SelectMany(Beginnings),
        Term.Repetition repetition => Beginnings(repetition.Body),
        _ => [],
    };

    private static void RefuseLeftRecursion(IReadOnlyCollection<Rule> rules)
    {
        var harmless = new HashSet<Rule>();
        var beginnings = rules.ToDictionary(rule => rule, rule => Beginnings(rule.Body!).Distinct().ToArray());
        Spread(rules, harmless.Contains, rule => harmless.Add(rule), rule => beginnings[rule].All(harmless.Contains));
        if (rules.FirstOrDefault(rule => !harmless.Contains(rule)) is not { } guilty)
            return;
        // What is left leads into a circle: after as many steps as there are rules one is in it.
        for (var step = 0; step < rules.Count; step++)
            guilty = beginnings[guilty].First(rule => !harmless.Contains(rule));
        throw new GrammarException(
            $"line {guilty.Line}, column {guilty.Column}: rule '{guilty.Name}' begins with itself; put the recursion at the end of the rule",
            guilty.Line, guilty.Column);
    }

    private static void Spread(IEnumerable<Rule> rules, Func<Rule, bool> holds, Action<Rule> set, Func<Rule, bool> follows)
    {
        // Backwards: rules mostly come before those they refer to.
        var open = rules.Where(rule => !holds(rule)).Reverse().ToList();
        while (open.RemoveAll(rule =>
        {
            if (!follows(rule))
                return false;
            set(rule);
            return true;
        }) > 0)
        {
        }
    }
}
