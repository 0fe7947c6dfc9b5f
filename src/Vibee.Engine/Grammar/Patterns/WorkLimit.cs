namespace Vibee.Engine.Grammar.Patterns;

/// <summary>
/// Counts the steps of a grammar, so that none holds up the thread it works on: a count is the same on every machine and
/// in every run, which a clock is not.
/// </summary>
/// <remarks>A step is about 10 ns where the machine is free; rough weights will do.</remarks>
internal sealed class WorkLimit
{
    private long _end = long.MaxValue;

    /// <summary>Steps since the beginning.</summary>
    public long Spent { get; private set; }

    /// <exception cref="GrammarLimitException">What was allowed is used up.</exception>
    public void Spend(int steps)
    {
        Spent += steps;
        if (Spent > _end)
            throw new GrammarLimitException("it takes too many steps");
    }

    /// <summary>Allows so many steps from now on until the scope is left, whatever a scope around it still has: what is
    /// worked out inside is kept, and must not depend on who asked for it first.</summary>
    public Scope Allow(long steps, bool unlessInside = false)
    {
        var scope = new Scope(this, _end);
        if (!unlessInside || _end == long.MaxValue)
            _end = Spent + steps;
        return scope;
    }

    internal readonly ref struct Scope(WorkLimit work, long end)
    {
        public void Dispose() => work._end = end;
    }
}
