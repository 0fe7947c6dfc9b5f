namespace Vibee.Trinity.Sacred;

/// <summary>The answer to a search: a problem, or decompositions.</summary>
/// <param name="Value">The value searched for; 0 where the text was no number.</param>
/// <param name="Bounds">Where it was looked for.</param>
/// <param name="Best">The decompositions within the tolerance, by error, then by size; as many as the bounds allow.</param>
/// <param name="Smallest">Of all decompositions within the tolerance, listed or not, the smallest, and of those of
/// its size the nearest; null when there is none.</param>
/// <param name="Problem">Why there was no search, as a sentence for whoever asked, or null.</param>
public sealed record SacredSearchResult(
    double Value,
    SacredBounds Bounds,
    IReadOnlyList<SacredDecomposition> Best,
    SacredDecomposition? Smallest,
    string? Problem)
{
    internal static SacredSearchResult Refused(double value, SacredBounds bounds, string problem) => new(value, bounds, [], null, problem);
}
