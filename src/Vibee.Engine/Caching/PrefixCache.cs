using System.Diagnostics;
using Vibee.Engine.Scheduling;

namespace Vibee.Engine.Caching;

/// <summary>
/// Keeps what the KV cache holds and gives it to whoever can use it: a sequence begins with the longest prefix that is
/// there, shared without a copy, and leaves behind what it evaluated, until the room is needed.
/// </summary>
/// <remarks>Owns the runner's slots: each belongs to a running sequence, to a leaf of the tree, or is free. Belongs to
/// the engine's thread.</remarks>
internal sealed class PrefixCache
{
    private readonly IModelRunner _runner;
    private readonly PrefixStore? _store;
    private readonly PrefixTree _tree = new();
    private readonly Stack<int> _free;
    private bool _isAbandoned;

    /// <param name="runner">Whose KV cache it is.</param>
    /// <param name="store">Where to keep what there is no room for, or null.</param>
    public PrefixCache(IModelRunner runner, PrefixStore? store)
    {
        _runner = runner;
        _store = runner.Capacity.SharesPrefixes ? store : null;
        _free = new Stack<int>(Enumerable.Range(0, runner.Capacity.Slots).Reverse());
    }

    /// <summary>Cells in use; shared ones count once.</summary>
    public int UsedCells { get; private set; }

    /// <summary>Prefixes forgotten so far to make room.</summary>
    public long Evictions { get; private set; }

    /// <summary>Whether a waiting sequence may begin.</summary>
    public Admission Ask(Sequence sequence)
    {
        var match = Find(sequence);
        if (match.IsUnderWay)
            return Admission.PrefixUnderWay;
        return _tree.CellsNeeded(sequence, match) <= _runner.Capacity.KvCells || _tree.Root.Users == 0 ? Admission.Granted : Admission.NoRoom;
    }

    /// <summary>Gives a sequence a slot, which holds the longest prefix there is.</summary>
    public void Admit(Sequence sequence)
    {
        Restore(sequence);
        // Touched, what it can use is the last to be evicted for its slot; still the tree may be another after that.
        _tree.Touch(Find(sequence).Node);
        var slot = TakeSlot();
        var (parent, length, _) = Find(sequence);
        if (parent.Owner is not null || length < parent.End)
            parent = parent.Split(length);
        if (length > 0 && !_runner.Fork(SlotOf(parent), slot, length))
            throw new RunnerException("The runner shares no prefixes, although it said so.");

        sequence.Slot = slot;
        sequence.Evaluated = length;
        sequence.Node = _tree.Add(parent, sequence);
        if (parent.Slot >= 0)
            GiveBack(parent.Slot); // it was a leaf, and the sequence now holds all of it
    }

    /// <summary>Running sequences evaluated so many tokens.</summary>
    public void Evaluated(int tokens) => UsedCells += tokens;

    /// <summary>A running sequence evaluated so many tokens that turned out not to be its own.</summary>
    public void Forget(Sequence sequence, int tokens)
    {
        if (_isAbandoned)
            return;
        UsedCells -= tokens;
        if (!_runner.Truncate(sequence.Slot, sequence.Evaluated))
            throw new RunnerException("The runner forgets no tokens, although it said that it shares prefixes.");
    }

    /// <summary>Takes the slot of a sequence that ended or has to wait. What it evaluated stays while there is room.</summary>
    public void Release(Sequence sequence)
    {
        var leaf = sequence.Node!;
        _tree.Leave(leaf);
        (sequence.Node, sequence.Slot, sequence.Evaluated) = (null, -1, 0);
        if (leaf.Evaluated == 0 || !_runner.Capacity.SharesPrefixes || PrefixTree.IsRepeated(leaf))
            Remove(leaf);
        else
            PrefixTree.FindRepeatedBy(leaf).ForEach(Remove);
    }

    /// <summary>Makes room by forgetting what was used least recently.</summary>
    /// <returns>False when all that is there is in use.</returns>
    public bool Evict()
    {
        if (_tree.LeastRecent() is not { } leaf)
            return false;
        _store?.Save(leaf.Path(), leaf.Start, _runner, leaf.Slot, wait: false);
        Remove(leaf);
        Evictions++;
        return true;
    }

    /// <summary>Saves what is left, when nothing runs any more.</summary>
    /// <param name="limit">What takes longer is lost: whoever waits for the process to end would kill it.</param>
    public void Save(TimeSpan limit)
    {
        if (_store is null || _isAbandoned)
            return;
        var started = Stopwatch.GetTimestamp();
        // The newest first, in case there is no time for all.
        var saved = new List<int[]>();
        foreach (var leaf in _tree.All().Where(node => node.Children.Count == 0).OrderByDescending(node => node.LastUsed).ToList())
        {
            if (Stopwatch.GetElapsedTime(started) >= limit)
                return;
            var path = leaf.Path();
            var known = saved.Select(other => path.AsSpan().CommonPrefixLength(other)).DefaultIfEmpty().Max();
            _store.Save(path, known, _runner, leaf.Slot, wait: true);
            saved.Add(path);
        }
    }

    /// <summary>The runner broke: nothing is asked of it any more.</summary>
    public void Abandon() => _isAbandoned = true;

    // The last token is always evaluated: the logits after it are where the answer begins.
    // And a prompt that is scored needs the logits after all of its tokens.
    private PrefixMatch Find(Sequence sequence) => _runner.Capacity.SharesPrefixes && !sequence.IsScoring
        ? _tree.Find(sequence.Tokens[..^1])
        : new PrefixMatch(_tree.Root, 0, false);

    // What was evaluated before and is on disk becomes a prefix like any other.
    private void Restore(Sequence sequence)
    {
        if (_store is null || sequence.IsScoring || _store.Find(sequence.Tokens[..^1], Find(sequence).Length, out var saved) is not (> 0 and var length))
            return;
        if (saved!.Tokens.Length > Math.Min(_runner.Capacity.ContextLength, _runner.Capacity.KvCells - _tree.CellsInUse()))
            return; // nothing would make room for it
        while (_runner.Capacity.KvCells - UsedCells < saved.Tokens.Length)
        {
            if (!Evict())
                return;
        }

        var slot = TakeSlot();
        if (_store.TryRestore(saved, _runner, slot))
        {
            _runner.Truncate(slot, length);
            _tree.Add(sequence.Tokens[..length].ToArray(), slot);
            UsedCells += length;
        }
        else
        {
            GiveBack(slot);
        }
    }

    private int TakeSlot()
    {
        int slot;
        while (!_free.TryPop(out slot))
        {
            if (!Evict())
                throw new InvalidOperationException("More sequences were admitted than there are slots.");
        }

        return slot;
    }

    // Any slot below a node holds all of its path.
    private static int SlotOf(PrefixNode node)
    {
        while (node.Children.Count > 0)
            node = node.Children[0];
        return node.Owner?.Slot ?? node.Slot;
    }

    private void Remove(PrefixNode leaf)
    {
        UsedCells -= leaf.Evaluated;
        _tree.Remove(leaf);
        GiveBack(leaf.Slot);
    }

    private void GiveBack(int slot)
    {
        if (!_isAbandoned)
            _runner.Truncate(slot, 0);
        _free.Push(slot);
    }
}
