using Vibee.Engine;

namespace Vibee.Trinity.Memory;

/// <summary>
/// Keys and values of every position of every slot, in blocks of <see cref="BlockLength"/> positions that slots share: a
/// fork counts references, and a slot that writes into a block others hold too gets its own copy first.
/// </summary>
/// <remarks>
/// <para>A block is contiguous, so that copying one is one move: for each layer the keys [head][position][component] and
/// then the values alike, 16-bit floats. One head's keys of a block are read in one stream.</para>
/// <para>Belongs to the runner's thread. Workers read and write blocks while it waits for them.</para>
/// </remarks>
internal sealed unsafe class KvCache : IDisposable
{
    public const int BlockLength = 32;

    private readonly Arena _arena;
    private readonly Half* _cells;
    private readonly KvShape _shape;
    private readonly long _partLength;
    private readonly long _blockLength;
    private readonly BlockPool _pool;
    private readonly SlotBlocks[] _slots;

    public KvCache(KvShape shape, int slots, int contextLength, int cells, MemoryBudget budget)
    {
        _shape = shape;
        _partLength = (long)shape.Heads * BlockLength * shape.HeadLength;
        _blockLength = 2 * shape.Layers * _partLength;
        var blocks = cells / BlockLength + (cells % BlockLength > 0 ? 1 : 0);
        var size = (Int128)blocks * _blockLength * sizeof(Half);
        if (BlockBytes > int.MaxValue)
            throw new RunnerException($"A block of the KV cache would take {MemoryBudget.Megabytes(BlockBytes)}; such models Trinity does not run.");
        _arena = new Arena(budget, "The KV cache", size < long.MaxValue ? (long)size : long.MaxValue);
        _cells = _arena.Take<Half>(blocks * _blockLength);
        _pool = new BlockPool(blocks);
        _slots = new SlotBlocks[slots];
        for (var i = 0; i < slots; i++)
            _slots[i] = new SlotBlocks((contextLength + BlockLength - 1) / BlockLength);
    }

    /// <summary>Positions that fit, in all slots together.</summary>
    public int Cells => _pool.Count * BlockLength;

    /// <summary>Blocks that no slot holds.</summary>
    public int FreeBlocks => _pool.Free;

    public int Length(int slot) => _slots[slot].Length;

    /// <summary>The block that holds <paramref name="position"/> of a slot.</summary>
    public int Block(int slot, int position) => _slots[slot].Blocks[position / BlockLength];

    /// <summary>Keys of a block, [position][component].</summary>
    public Half* Keys(int block, int layer, int head) => Part(block, 2 * layer, head);

    /// <summary>Values of a block, [position][component].</summary>
    public Half* Values(int block, int layer, int head) => Part(block, 2 * layer + 1, head);

    /// <summary>Makes room for the tokens of a batch and lengthens the slots by them.</summary>
    /// <returns>False when there is none; nothing has changed then.</returns>
    public bool TryExtend(Batch batch)
    {
        if (BlocksNeeded(batch) > _pool.Free)
            return false;
        for (var i = 0; i < batch.Count; i++)
            Extend(_slots[batch.Slots[i]]);
        return true;
    }

    public void Fork(int source, int target, int length)
    {
        var from = _slots[source];
        var to = _slots[target];
        for (var i = 0; i * BlockLength < length; i++)
        {
            to.Blocks[i] = from.Blocks[i];
            _pool.Share(from.Blocks[i]);
        }

        to.Length = length;
    }

    public void Truncate(int slot, int start)
    {
        var kept = _slots[slot];
        if (start >= kept.Length)
            return;
        var blocks = (start + BlockLength - 1) / BlockLength;
        for (var i = blocks; i * BlockLength < kept.Length; i++)
            _pool.Release(kept.Blocks[i]);
        kept.Length = start;
    }

    /// <summary>The blocks of a slot, whole ones: what lies behind its end is not read again.</summary>
    public void Save(int slot, Span<byte> target)
    {
        for (var i = 0; i * BlockLength < _slots[slot].Length; i++)
        {
            CellsOf(_slots[slot].Blocks[i]).CopyTo(target);
            target = target[(int)BlockBytes..];
        }
    }

    /// <summary>Fills an empty slot.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryRestore(int slot, int length, ReadOnlySpan<byte> source)
    {
        var blocks = (length + BlockLength - 1) / BlockLength;
        if (blocks > _pool.Free)
            return false;
        for (var i = 0; i < blocks; i++)
        {
            _slots[slot].Blocks[i] = _pool.Take();
            source.Slice((int)(i * BlockBytes), (int)BlockBytes).CopyTo(CellsOf(_slots[slot].Blocks[i]));
        }

        _slots[slot].Length = length;
        return true;
    }

    /// <summary>Bytes of one block.</summary>
    public long BlockBytes => _blockLength * sizeof(Half);

    public void Dispose() => _arena.Dispose();

    private Half* Part(int block, int part, int head) =>
        _cells + block * _blockLength + part * _partLength + (long)head * BlockLength * _shape.HeadLength;

    private Span<byte> CellsOf(int block) => new(_cells + block * _blockLength, (int)BlockBytes);

    private void Extend(SlotBlocks slot)
    {
        var index = slot.Length / BlockLength;
        if (slot.Length % BlockLength == 0)
            slot.Blocks[index] = _pool.Take();
        else if (_pool.IsShared(slot.Blocks[index]))
            slot.Blocks[index] = Copy(slot.Blocks[index]);
        slot.Length++;
    }

    private int Copy(int shared)
    {
        var copy = _pool.Take();
        CellsOf(shared).CopyTo(CellsOf(copy));
        _pool.Release(shared);
        return copy;
    }

    private int BlocksNeeded(Batch batch)
    {
        var needed = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var slot = _slots[batch.Slots[i]];
            var position = batch.Positions[i];
            if (position % BlockLength == 0)
                needed++;
            else if (position == slot.Length && !_pool.TryClaim(slot.Blocks[position / BlockLength]))
                needed++;
        }

        _pool.ForgetClaims();
        return needed;
    }

    private sealed class SlotBlocks(int most)
    {
        public int[] Blocks { get; } = new int[most];

        public int Length { get; set; }
    }
}

/// <param name="Layers">Of the model.</param>
/// <param name="Heads">Of keys and values.</param>
/// <param name="HeadLength">Components.</param>
internal sealed record KvShape(int Layers, int Heads, int HeadLength);
