using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Gbnf;

/// <summary>The right side of a rule as it was written.</summary>
internal abstract record Term
{
    internal sealed record Characters(CharSet Set) : Term;

    internal sealed record Literal(string Text) : Term;

    internal sealed record Reference(Rule Rule) : Term;

    internal sealed record Sequence(IReadOnlyList<Term> Parts) : Term;

    internal sealed record Either(IReadOnlyList<Term> Members) : Term;

    internal sealed record Repetition(Term Body, int Min, int Max) : Term;

    public IEnumerable<Rule> References => this switch
    {
        Reference reference => [reference.Rule],
        Sequence sequence => sequence.Parts.SelectMany(part => part.References),
        Either either => either.Members.SelectMany(member => member.References),
        Repetition repetition => repetition.Body.References,
        _ => [],
    };
}

/// <summary>A named rule; known by name before its right side was read.</summary>
internal sealed class Rule(string name, int line, int column)
{
    public string Name => name;

    /// <summary>Where it is first mentioned.</summary>
    public int Line => line;

    public int Column => column;

    /// <summary>Null until it is defined.</summary>
    public Term? Body { get; set; }

    /// <summary>Whether it refers neither to itself nor to a rule that does, so that it is a regular language.</summary>
    public bool IsRegular { get; set; }

    /// <summary>Whether it can be the empty text.</summary>
    public bool IsNullable { get; set; }

    /// <summary>Whether any text belongs to it.</summary>
    public bool IsProductive { get; set; }
}
