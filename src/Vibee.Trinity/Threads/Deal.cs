namespace Vibee.Trinity.Threads;

/// <summary>Things that workers take in runs until none are left. Which worker gets which run differs from time to time, so
/// no value may depend on it.</summary>
/// <remarks>In each round of as many runs as there are workers, half of what is left is dealt out: long runs first, because
/// a run is one stream from memory, and short ones last, because they are what the others wait for (Hummel, Schonberg and
/// Flynn, "Factoring", 1992).</remarks>
internal readonly struct Deal(WorkerTeam team, int number, int count, int granule)
{
    // Below so small a part of an equal share a run costs more than the waiting that it saves.
    private const int LeastPart = 16;

    /// <summary>The next run, from <paramref name="start"/> to <paramref name="end"/> (exclusive); false where none is left.</summary>
    public bool TryTake(out int start, out int end)
    {
        var run = team.Take(number);
        var granules = (count + granule - 1) / granule;
        var least = team.Count == 1 ? granules : Math.Max(1, granules / (team.Count * LeastPart));
        var (first, length) = (0, granules);
        for (; first < granules;)
        {
            length = Math.Max(least, (granules - first + 2 * team.Count - 1) / (2 * team.Count));
            var passed = Math.Min(run, team.Count);
            first = (int)Math.Min(granules, first + (long)passed * length);
            run -= passed;
            if (passed < team.Count)
                break;
        }

        start = (int)Math.Min((long)first * granule, count);
        end = (int)Math.Min(((long)first + length) * granule, count);
        return start < end;
    }
}
