namespace Vibee.Engine.Speculation;

/// <summary>Where drafts of what a sequence says next come from.</summary>
public enum SpeculationKind
{
    /// <summary>Each step of a sequence says one token.</summary>
    None,

    /// <summary>From earlier occurrences of its last tokens.</summary>
    Ngram,
}
