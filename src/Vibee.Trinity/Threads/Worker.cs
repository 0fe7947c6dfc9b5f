namespace Vibee.Trinity.Threads;

/// <summary>
/// One thread of a <see cref="WorkerTeam"/>. All workers run the same code; each takes its share of every step and
/// waits for the others where one step reads what another wrote.
/// </summary>
internal sealed class Worker(WorkerTeam team, int index)
{
    private int _deals;

    /// <summary>From 0, which is the thread that called <see cref="WorkerTeam.Run"/>.</summary>
    public int Index => index;

    public int Count => team.Count;

    /// <summary>
    /// This worker's part of <paramref name="count"/> things: equal runs of whole granules, the same every time. Which
    /// worker computes a value must never change the value, so nothing may be summed across shares.
    /// </summary>
    public (int Start, int End) Share(int count, int granule = 1)
    {
        var granules = (count + granule - 1L) / granule;
        var start = granules * index / Count * granule;
        var end = granules * (index + 1) / Count * granule;
        return ((int)Math.Min(start, count), (int)Math.Min(end, count));
    }

    /// <summary>
    /// Deals out <paramref name="count"/> things in runs of whole granules to whoever comes for them: for long work, where
    /// equal shares would wait for the worker whose core has something else to do. All workers deal the same, in the same
    /// order.
    /// </summary>
    public Deal Deal(int count, int granule = 1) => new(team, ++_deals, count, granule);

    /// <summary>Waits until every worker is here; what they wrote before is then visible to all.</summary>
    public void Sync() => team.Sync();
}
