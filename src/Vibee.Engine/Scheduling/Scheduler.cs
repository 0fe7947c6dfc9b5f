namespace Vibee.Engine.Scheduling;

/// <summary>
/// Decides who runs and which tokens are evaluated next. Pure policy: no clock, no tensors, no I/O; it moves sequences
/// between the waiting queue and those that run, and the engine does the rest.
/// </summary>
/// <remarks>
/// A step serves every running stream first, one token each and what a grammar forces, so that nobody's stream stops because somebody else
/// sent a long prompt. The prompts share what the <see cref="StepBudget"/> leaves them: equal parts, what a short one
/// does not need going to the others; where there are fewer tokens than prompts, those go first that waited longest.
/// <para>Who waits is taken in the order of arrival, but each degree of <see cref="Sequence.Priority"/> is worth
/// <see cref="HeadStart"/> arrivals. So nobody is passed for ever, however many important ones come: it is a matter of
/// counting, with no clock.</para>
/// </remarks>
/// <param name="parallel">The most sequences that run.</param>
/// <param name="batchLogits">The most tokens of one step that may want logits.</param>
internal sealed class Scheduler(int parallel, int batchLogits)
{
    /// <summary>How many that came before it a sequence passes for each degree of its priority.</summary>
    public const int HeadStart = 32;

    private readonly LinkedList<Sequence> _waiting = []; // by Rank
    private readonly List<Sequence> _running = new(parallel);
    private readonly List<Sequence> _prefilling = new(parallel);
    private readonly List<ScheduledTokens> _step = new(parallel);
    private readonly List<int> _forced = new(parallel);
    private long _steps;
    private long _arrivals;

    // The cache proved too small for those that ran: who was preempted would only be admitted to be preempted again,
    // so nobody is until one of them ends.
    private bool _isCrowded;

    // There was no room for the one that waits longest. Those that run only ever need more, so until something ends
    // there is none, and asking at each step would search the cache each time.
    private bool _isFull;

    /// <summary>Sequences that run, oldest first.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    public int WaitingCount => _waiting.Count;

    public Sequence? FirstWaiting => _waiting.First?.Value;

    public bool HasWork => _running.Count + _waiting.Count > 0;

    public void Enqueue(Sequence sequence)
    {
        sequence.Rank = _arrivals++ - (long)sequence.Priority * HeadStart;
        var before = _waiting.Last;
        while (before?.Value.Rank > sequence.Rank)
            before = before.Previous;
        if (before is null)
            _waiting.AddFirst(sequence);
        else
            _waiting.AddAfter(before, sequence);
    }

    /// <summary>Lets the longest-waiting sequence run that may.</summary>
    /// <param name="ask">Whether a sequence may. Who waits for a prefix lets others pass; nobody passes who waits for
    /// room, or a long prompt might wait for ever.</param>
    /// <returns>It, or null when there is none.</returns>
    public Sequence? Admit(Func<Sequence, Admission> ask)
    {
        if (_isCrowded || _isFull || _running.Count == parallel)
            return null;
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            var admission = ask(node.Value);
            if (admission == Admission.NoRoom)
            {
                _isFull = true;
                return null;
            }

            if (admission == Admission.PrefixUnderWay)
                continue;
            _waiting.Remove(node);
            _running.Add(node.Value);
            return node.Value;
        }

        return null;
    }

    /// <summary>Forgets a sequence, wherever it is.</summary>
    public void Remove(Sequence sequence)
    {
        _isFull = false;
        if (_running.Remove(sequence))
            _isCrowded = false;
        else
            _waiting.Remove(sequence);
    }

    /// <summary>Makes the newest running sequence wait, first in the queue.</summary>
    /// <returns>It, or null when it is the only one, whom that would not help.</returns>
    public Sequence? PreemptNewest()
    {
        if (_running.Count < 2)
            return null;
        _isCrowded = true;
        var newest = _running[^1];
        _running.RemoveAt(_running.Count - 1);
        newest.Rank = long.MinValue;
        _waiting.AddFirst(newest);
        return newest;
    }

    /// <summary>The tokens of the next step. The list is reused by the next call; its concrete type spares the
    /// engine an enumerator on the heap at each step.</summary>
    public List<ScheduledTokens> Plan(StepBudget budget)
    {
        _step.Clear();
        _prefilling.Clear();
        _forced.Clear();
        foreach (var sequence in _running)
        {
            if (!sequence.IsDecoding)
            {
                _prefilling.Add(sequence);
                continue;
            }

            if (sequence.Pending > 1)
                _forced.Add(_step.Count);
            _step.Add(new(sequence, 1));
        }

        var tokens = Forced(budget);
        var spareLogits = batchLogits - _running.Count; // every sequence may want those after its last token
        _steps++;
        if (tokens < _prefilling.Count)
            _prefilling.Sort(static (a, b) => a.LastPrefill.CompareTo(b.LastPrefill));
        else
            _prefilling.Sort(static (a, b) => a.Pending.CompareTo(b.Pending));
        for (var i = 0; i < _prefilling.Count && tokens > 0; i++)
        {
            var sequence = _prefilling[i];
            var share = Math.Max(1, tokens / (_prefilling.Count - i));
            var count = Math.Min(share, sequence.Pending);
            if (sequence.IsScoring)
            {
                count = Math.Min(count, 1 + spareLogits);
                spareLogits -= count - 1;
            }

            _step.Add(new(sequence, count));
            sequence.LastPrefill = _steps;
            tokens -= count;
        }

        return _step;
    }

    /// <summary>Lets streams take along what they were forced to say, which costs like a prompt, and first, for each
    /// token was once worth a step.</summary>
    /// <returns>How many tokens are left for prompts.</returns>
    private int Forced(StepBudget budget)
    {
        // Nobody else's stream is slowed down where all have such tokens.
        var tokens = _forced.Count < _step.Count || _prefilling.Count > 0 ? budget.PromptTokens(_step.Count)
            : _forced.Count > 0 ? budget.PromptTokens(0) - _forced.Count : 0;
        foreach (var index in _forced)
        {
            var more = Math.Clamp(_step[index].Sequence.Pending - 1, 0, Math.Max(tokens, 0));
            _step[index] = _step[index] with { Count = 1 + more };
            tokens -= more;
        }

        return Math.Max(tokens, 0);
    }
}

/// <summary>The next <paramref name="Count"/> unevaluated tokens of <paramref name="Sequence"/>.</summary>
internal readonly record struct ScheduledTokens(Sequence Sequence, int Count);

/// <summary>Whether a sequence may begin to run.</summary>
internal enum Admission
{
    Granted,

    /// <summary>Soon it will have less to do: a prefix of its prompt is being evaluated for another.</summary>
    PrefixUnderWay,

    /// <summary>The KV cache cannot hold it beside those that run.</summary>
    NoRoom,
}
