using System.Runtime.CompilerServices;
using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Matching;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Gbnf;

/// <summary>
/// Turns rules into goals. Whatever does not recurse becomes part of a terminal, so that a whole grammar without
/// recursion is one automaton and the others have few and long terminals.
/// </summary>
internal sealed class GbnfCompiler
{
    private readonly Lexicon _lexicon;
    private readonly Dictionary<Rule, Regex> _regular = [];
    private readonly Dictionary<Rule, FixedGoal> _goals = [];
    private readonly Queue<Rule> _open = new();

    private GbnfCompiler(Lexicon lexicon) => _lexicon = lexicon;

    /// <exception cref="GrammarException">What is wrong, with line and column.</exception>
    public static Goal Compile(Lexicon lexicon, string text)
    {
        var rules = GbnfParser.Parse(text);
        if (!rules.TryGetValue("root", out var root))
            throw new GrammarException("there is no rule 'root'");
        RuleFacts.Determine([.. rules.Values]);
        if (!root.IsProductive)
            throw new GrammarException($"line {root.Line}, column {root.Column}: no text satisfies rule 'root': it never stops calling rules", root.Line, root.Column);
        var compiler = new GbnfCompiler(lexicon);
        var goal = compiler.GoalOf(new Term.Reference(root));
        while (compiler._open.TryDequeue(out var rule))
            compiler._goals[rule].Ways = [Production.Call(compiler.GoalOf(rule.Body!))];
        return goal;
    }

    private static bool IsRegular(Term term) => term.References.All(rule => rule.IsRegular);

    private RegexFactory Regexes => _lexicon.Regexes;

    private Goal GoalOf(Term term)
    {
        if (IsRegular(term))
            return new FixedGoal([Terminal(term)]);
        return term switch
        {
            Term.Reference reference => RuleGoal(reference.Rule),
            Term.Sequence sequence => SequenceGoal(sequence.Parts),
            Term.Either either => EitherGoal(either.Members),
            Term.Repetition repetition when !RuleFacts.IsProductive(repetition.Body) => new FixedGoal([Production.Empty]),
            Term.Repetition repetition => new RepeatGoal(GoalOf(repetition.Body), repetition.Min, repetition.Max),
            _ => throw new InvalidOperationException($"{term.GetType().Name} is regular"),
        };
    }

    private FixedGoal RuleGoal(Rule rule)
    {
        if (_goals.TryGetValue(rule, out var goal))
            return goal;
        _goals.Add(rule, goal = new FixedGoal());
        _open.Enqueue(rule);
        return goal;
    }

    private Goal SequenceGoal(IReadOnlyList<Term> parts)
    {
        Goal? then = null;
        for (var end = parts.Count; end > 0;)
        {
            var start = end - 1;
            while (start > 0 && IsRegular(parts[start]) && IsRegular(parts[start - 1]))
                start--;
            then = IsRegular(parts[end - 1])
                ? new FixedGoal([Terminal(new Term.Sequence([.. parts.Take(start..end)]), then)])
                : new FixedGoal([Production.Call(GoalOf(parts[end - 1]), then)]);
            end = start;
        }
        return then!;
    }

    private FixedGoal EitherGoal(IReadOnlyList<Term> members)
    {
        var ways = new List<Production>();
        var regular = members.Where(IsRegular).ToArray();
        if (regular.Length > 0 && RuleFacts.IsProductive(new Term.Either(regular)))
            ways.Add(Terminal(new Term.Either(regular)));
        foreach (var member in members)
        {
            // A way into a rule without end would be a way on that never arrives.
            if (!IsRegular(member) && RuleFacts.IsProductive(member))
                ways.Add(Production.Call(GoalOf(member)));
        }
        return new FixedGoal([.. ways]);
    }

    private Production Terminal(Term term, Goal? then = null) =>
        Production.Read(_lexicon.Start(RegexOf(term), Spelling.Plain), then);

    private Regex RegexOf(Term term)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new GrammarLimitException("rules refer to rules too deep");
        return term switch
        {
            Term.Characters characters => Regexes.OneOf(characters.Set),
            Term.Literal literal => Regexes.Text(literal.Text),
            Term.Reference reference => RuleRegex(reference.Rule),
            Term.Sequence sequence => Regexes.Sequence([.. sequence.Parts.Select(RegexOf)]),
            Term.Either either => Regexes.Either([.. either.Members.Select(RegexOf)]),
            Term.Repetition repetition => Regexes.Repeat(RegexOf(repetition.Body), repetition.Min, repetition.Max),
            _ => throw new InvalidOperationException($"unknown {term.GetType().Name}"),
        };
    }

    private Regex RuleRegex(Rule rule)
    {
        if (!_regular.TryGetValue(rule, out var regex))
            _regular.Add(rule, regex = RegexOf(rule.Body!));
        return regex;
    }
}
