namespace Vibee.Engine.Scheduling;

/// <summary>
/// Decides which tokens are evaluated next. Pure policy: no clock, no tensors, no I/O; it reads and moves sequences
/// between the waiting queue and the slots, and the engine does the rest.
/// </summary>
/// <remarks>
/// A step serves every running stream first, one token each, so that nobody's stream stops because somebody else
/// sent a long prompt. What is left of the batch goes to the prompts in equal shares, shortest remainder first, so
/// that a short prompt overtakes a long one without starving it.
/// </remarks>
/// <param name="slots">The runner's slots.</param>
/// <param name="batchTokens">The most tokens of one step.</param>
internal sealed class Scheduler(int slots, int batchTokens)
{
    /// <summary>The most prompt tokens of a step that also serves running streams. They wait for the whole step: fewer
    /// keep them flowing, more finish prompts sooner. From 64 on, a CPU gains little speed from a larger batch.</summary>
    private const int PrefillBesideDecode = 64;

    private readonly LinkedList<Sequence> _waiting = [];
    private readonly List<Sequence> _running = new(slots);
    private readonly Stack<int> _freeSlots = new(Enumerable.Range(0, slots).Reverse());
    private readonly List<Sequence> _prefilling = new(slots);
    private readonly List<ScheduledTokens> _step = new(slots);

    // The cache proved too small for those that ran: who was preempted would only be admitted to be preempted again,
    // so nobody is until one of them ends.
    private bool _isCrowded;

    /// <summary>Sequences that hold a slot, oldest first.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    public int WaitingCount => _waiting.Count;

    public Sequence? FirstWaiting => _waiting.First?.Value;

    public bool HasWork => _running.Count + _waiting.Count > 0;

    public void Enqueue(Sequence sequence) => _waiting.AddLast(sequence);

    /// <summary>Gives the longest-waiting sequence a slot.</summary>
    /// <returns>It, or null when nobody waits, or there is no room.</returns>
    public Sequence? Admit()
    {
        if (_isCrowded || _waiting.First is not { } first || !_freeSlots.TryPop(out var slot))
            return null;
        _waiting.RemoveFirst();
        first.Value.Slot = slot;
        _running.Add(first.Value);
        return first.Value;
    }

    /// <summary>Forgets a sequence, wherever it is, and frees its slot.</summary>
    /// <returns>The slot it held, or −1.</returns>
    public int Remove(Sequence sequence)
    {
        if (sequence.Slot < 0)
        {
            _waiting.Remove(sequence);
            return -1;
        }

        _running.Remove(sequence);
        _isCrowded = false;
        return ReleaseSlot(sequence);
    }

    /// <summary>Takes the slot of the newest running sequence, which waits, first in the queue, to be evaluated
    /// again from its start.</summary>
    /// <returns>The slot that became free, or −1 when it is the only one, whom it would not help.</returns>
    public int PreemptNewest()
    {
        if (_running.Count < 2)
            return -1;
        _isCrowded = true;
        var newest = _running[^1];
        _running.RemoveAt(_running.Count - 1);
        newest.Evaluated = 0;
        newest.State = SequenceState.Waiting;
        _waiting.AddFirst(newest);
        return ReleaseSlot(newest);
    }

    /// <summary>The tokens of the next step. The list is reused by the next call; its concrete type spares the
    /// engine an enumerator on the heap at each step.</summary>
    public List<ScheduledTokens> Plan()
    {
        _step.Clear();
        _prefilling.Clear();
        var budget = batchTokens;

        foreach (var sequence in _running)
        {
            if (!sequence.IsDecoding)
            {
                _prefilling.Add(sequence);
            }
            else if (budget > 0)
            {
                _step.Add(new(sequence, 1));
                budget--;
            }
        }

        if (_step.Count > 0)
            budget = Math.Min(budget, PrefillBesideDecode);
        _prefilling.Sort(static (a, b) => a.Pending.CompareTo(b.Pending));
        for (var i = 0; i < _prefilling.Count && budget > 0; i++)
        {
            var share = Math.Max(1, budget / (_prefilling.Count - i));
            var count = Math.Min(share, _prefilling[i].Pending);
            _step.Add(new(_prefilling[i], count));
            budget -= count;
        }

        return _step;
    }

    private int ReleaseSlot(Sequence sequence)
    {
        var slot = sequence.Slot;
        sequence.Slot = -1;
        _freeSlots.Push(slot);
        return slot;
    }
}

/// <summary>The next <paramref name="Count"/> unevaluated tokens of <paramref name="Sequence"/>.</summary>
internal readonly record struct ScheduledTokens(Sequence Sequence, int Count);
