using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.Matching;

/// <summary>
/// What one mask may cost: some 20 ms, several times the worst of real schemas. Masks are made on the engine's thread, for
/// whom everyone waits, and a grammar that makes this many states for each token must not hold up the others. From then on
/// only tokens of one byte are looked at, for as many steps again at most: the text can still become anything that
/// the grammar allows, only in smaller pieces. Making such masks elsewhere while the sequence sits out a step would
/// leave the memory and the processor to be held by it just the same.
/// </summary>
internal sealed class MaskWork(WorkLimit work)
{
    private const int MaxWork = 2_000_000;

    private long _end;

    /// <summary>Whether longer tokens are no longer looked at.</summary>
    public bool IsOver => work.Spent > _end;

    /// <summary>Whether no token is.</summary>
    public bool IsLongOver => work.Spent > _end + MaxWork;

    /// <summary>Another mask.</summary>
    public void Begin() => _end = work.Spent + MaxWork;

    public void Spend(int steps) => work.Spend(steps);
}
