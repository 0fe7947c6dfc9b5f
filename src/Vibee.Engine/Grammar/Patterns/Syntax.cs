namespace Vibee.Engine.Grammar.Patterns;

/// <summary>A pattern as it was written, before its anchors are resolved.</summary>
internal abstract record Syntax
{
    internal sealed record Set(CharSet Characters) : Syntax;

    internal sealed record Sequence(IReadOnlyList<Syntax> Parts) : Syntax;

    internal sealed record Either(IReadOnlyList<Syntax> Members) : Syntax;

    internal sealed record Repeat(Syntax Body, int Min, int Max) : Syntax;

    /// <summary><c>^</c>.</summary>
    internal sealed record Start : Syntax;

    /// <summary><c>$</c>.</summary>
    internal sealed record End : Syntax;

    /// <summary><c>(?=…)</c> and <c>(?!…)</c>: what the rest of the text must or must not begin with.</summary>
    internal sealed record Ahead(Syntax Body, bool IsNegative) : Syntax;

    public static Sequence Nothing { get; } = new([]);

    public bool HasLookahead => this switch
    {
        Ahead => true,
        Sequence sequence => sequence.Parts.Any(part => part.HasLookahead),
        Either either => either.Members.Any(member => member.HasLookahead),
        Repeat repeat => repeat.Body.HasLookahead,
        _ => false,
    };

    public bool HasAnchor => this switch
    {
        Start or End => true,
        Sequence sequence => sequence.Parts.Any(part => part.HasAnchor),
        Either either => either.Members.Any(member => member.HasAnchor),
        Repeat repeat => repeat.Body.HasAnchor,
        _ => false,
    };
}
