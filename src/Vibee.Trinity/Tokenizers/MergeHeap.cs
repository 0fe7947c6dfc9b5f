namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// A binary heap of pairs, smallest rank first and of equals the leftmost. An entry is one number, rank above offset:
/// half the memory of .NET's PriorityQueue and a single comparison, which is what a tokenizer spends its time on.
/// </summary>
internal sealed class MergeHeap
{
    private ulong[] _entries = new ulong[64];
    private int _count;

    public void Clear() => _count = 0;

    public void Push(int rank, int offset)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, 2 * _count);
        var entry = (ulong)rank << 32 | (uint)offset;
        var at = _count++;
        for (; at > 0 && entry < _entries[(at - 1) / 2]; at = (at - 1) / 2)
            _entries[at] = _entries[(at - 1) / 2];
        _entries[at] = entry;
    }

    public bool TryPop(out int rank, out int offset)
    {
        if (_count == 0)
        {
            (rank, offset) = (0, 0);
            return false;
        }

        (rank, offset) = ((int)(_entries[0] >> 32), (int)_entries[0]);
        var last = _entries[--_count];
        var at = 0;
        for (var child = 1; child < _count; child = 2 * at + 1)
        {
            if (child + 1 < _count && _entries[child + 1] < _entries[child])
                child++;
            if (last <= _entries[child])
                break;
            _entries[at] = _entries[child];
            at = child;
        }
        _entries[at] = last;
        return true;
    }
}
