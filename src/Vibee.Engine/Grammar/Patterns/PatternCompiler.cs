namespace Vibee.Engine.Grammar.Patterns;

/// <summary>Turns a pattern into an expression, resolving its anchors.</summary>
internal static class PatternCompiler
{
    /// <summary>Alternatives at an end of the pattern are multiplied out to see which of them are anchored.</summary>
    private const int MaxBranches = 200;

    /// <summary>What the whole text must be, as in <c>guided_regex</c>.</summary>
    public static Regex Whole(RegexFactory factory, string pattern) => Compile(factory, pattern, factory.Empty);

    /// <summary>What the text must contain, as in JSON Schema.</summary>
    public static Regex Anywhere(RegexFactory factory, string pattern) => Compile(factory, pattern, factory.All);

    private static Regex Compile(RegexFactory factory, string pattern, Regex around)
    {
        return Compile(factory, PatternParser.Parse(pattern), around, around);
    }

    /// <param name="before">What may come before the pattern where it is not anchored.</param>
    private static Regex Compile(RegexFactory factory, Syntax syntax, Regex before, Regex after)
    {
        var branches = new List<Regex>();
        foreach (var branch in Branches(Branches([syntax], atStart: true), atStart: false))
        {
            var parts = branch is Syntax.Sequence sequence ? sequence.Parts : [branch];
            var starts = parts.TakeWhile(part => part is Syntax.Start).Count();
            var rest = parts.Skip(starts).ToArray();
            var ends = rest.Reverse().TakeWhile(part => part is Syntax.End).Count();
            var body = new Syntax.Sequence(rest[..^ends]);
            if (body.HasAnchor)
                throw new GrammarException("an anchor in the middle of the pattern cannot be enforced");
            branches.Add(factory.Sequence(
                starts > 0 ? factory.Empty : before, Before(factory, body, ends > 0 ? factory.Empty : after)));
        }
        return factory.Either(branches);
    }

    /// <summary>Writes <c>(^a|b)c</c> as <c>^ac</c> and <c>bc</c>, at either end.</summary>
    private static List<Syntax> Branches(IReadOnlyList<Syntax> patterns, bool atStart)
    {
        var done = new List<Syntax>();
        var open = new Stack<Syntax>(patterns.Reverse());
        while (open.TryPop(out var pattern))
        {
            if (done.Count + open.Count > MaxBranches)
                throw new GrammarException("the pattern has too many anchored alternatives");
            var parts = pattern is Syntax.Sequence sequence ? sequence.Parts : [pattern];
            var edge = atStart ? 0 : parts.Count - 1;
            while (edge >= 0 && edge < parts.Count && parts[edge] is Syntax.Start or Syntax.End)
                edge += atStart ? 1 : -1;
            if (edge < 0 || edge >= parts.Count || !parts[edge].HasAnchor)
                done.Add(pattern);
            else if (parts[edge] is Syntax.Either either)
                foreach (var member in either.Members.Reverse())
                    open.Push(With(parts, edge, member));
            else if (parts[edge] is Syntax.Sequence inner)
                open.Push(With(parts, edge, inner));
            else if (parts[edge] is Syntax.Repeat { Min: 0, Max: 1 } optional)
            {
                open.Push(With(parts, edge, optional.Body));
                open.Push(With(parts, edge, Syntax.Nothing));
            }
            else
                throw new GrammarException("an anchor in a repetition cannot be enforced");
        }
        return done;
    }

    private static Syntax.Sequence With(IReadOnlyList<Syntax> parts, int at, Syntax part) =>
        new([.. parts.Take(at), .. part is Syntax.Sequence sequence ? sequence.Parts : [part], .. parts.Skip(at + 1)]);

    /// <summary>A pattern and all that follows it, which a lookahead is about.</summary>
    private static Regex Before(RegexFactory factory, Syntax syntax, Regex rest)
    {
        if (!syntax.HasLookahead)
            return factory.Sequence(Build(factory, syntax), rest);
        switch (syntax)
        {
            case Syntax.Ahead ahead:
                var beginning = Compile(factory, ahead.Body, factory.Empty, factory.All);
                return factory.Both(rest, ahead.IsNegative ? factory.Not(beginning) : beginning);
            case Syntax.Sequence sequence:
                return sequence.Parts.Reverse().Aggregate(rest, (tail, part) => Before(factory, part, tail));
            case Syntax.Either either:
                return factory.Either([.. either.Members.Select(member => Before(factory, member, rest))]);
            default:
                throw new GrammarException("a lookahead in a repetition cannot be enforced");
        }
    }

    private static Regex Build(RegexFactory factory, Syntax syntax) => syntax switch
    {
        Syntax.Set set => factory.OneOf(set.Characters.Intersect(CharSet.Any)),
        Syntax.Sequence sequence => factory.Sequence([.. sequence.Parts.Select(part => Build(factory, part))]),
        Syntax.Either either => factory.Either([.. either.Members.Select(member => Build(factory, member))]),
        Syntax.Repeat repeat => factory.Repeat(Build(factory, repeat.Body), repeat.Min, repeat.Max),
        _ => throw new InvalidOperationException($"{syntax.GetType().Name} was resolved before"),
    };
}
