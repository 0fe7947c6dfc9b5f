using Vibee.Engine.Text;

namespace Vibee.Engine.Grammar;

/// <summary>What the text of a <see cref="Sequence"/> must be. Shared by the choices of a request, each of which follows
/// the grammar by itself; immutable.</summary>
/// <remarks>
/// Mostly the grammar holds from the first token on: what comes before the constrained part, such as reasoning, is then
/// part of the grammar (<see cref="ReasoningGrammar"/>). With <see cref="Triggers"/> the text is free until one of them
/// occurs, and the grammar is about what follows it.
/// </remarks>
/// <param name="Grammar">What the text must be.</param>
/// <param name="Vocabulary">Of the model that generates it.</param>
public sealed record TextConstraint(CompiledGrammar Grammar, GrammarVocabulary Vocabulary)
{
    /// <summary>Texts or names of control tokens after any of which the grammar begins to hold; none makes it hold at
    /// once. A token that goes beyond the trigger with something that the grammar does not allow leaves the text free to
    /// its end: what was generated cannot be taken back.</summary>
    public IReadOnlyList<string> Triggers { get; init; } = [];

    /// <summary>Makes what finds reasoning, in which no trigger counts; null if there is none.</summary>
    public Func<ReasoningSplitter>? Reasoning { get; init; }
}
