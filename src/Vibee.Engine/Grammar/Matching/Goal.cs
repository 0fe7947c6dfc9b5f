namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// Something to recognise: a rule of a grammar, a JSON value, the rest of an object of which some properties have been
/// read. What it can be made of is asked when a text first gets there, so that there may be any number of goals: one
/// for every set of properties already seen, one for every count of items.
/// </summary>
internal abstract class Goal
{
    private Production[]? _productions;

    /// <summary>Unique within the process, for a stable order.</summary>
    public int Id { get; } = Interlocked.Increment(ref s_nextId);

    /// <summary>The ways to reach the goal. None begins with the goal itself without reading anything, unless nothing
    /// follows.</summary>
    public Production[] Productions => _productions ??= Expand();

    public override int GetHashCode() => Id;

    public void Forget() => _productions = null;

    protected abstract Production[] Expand();

    private static int s_nextId;
}
