using System.Runtime.Intrinsics.X86;
using Vibee.Engine;

namespace Vibee.Trinity.Memory;

/// <summary>
/// Keys and values of every position of every slot, in blocks of <see cref="BlockLength"/> positions that slots share: a
/// fork counts references, and a slot that writes into a block others hold too gets its own copy first.
/// </summary>
/// <remarks>
/// <para>A block is contiguous, so that copying one is one move: for each layer the keys of all heads and then the values
/// alike, as <see cref="CellFormat"/> has them. One head's keys of a block are read in one stream.</para>
/// <para>Belongs to the runner's thread. Workers read and write blocks while it waits for them.</para>
/// </remarks>
internal sealed unsafe class KvCache : IDisposable
{
    public const int BlockLength = CellFormat.Positions;

    private const int CacheLine = 64;

    private readonly Arena _arena;
    private readonly byte* _cells;
    private readonly KvShape _shape;
    private readonly CellFormat _format;
    private readonly int _headBytes;
    private readonly BlockPool _pool;
    private readonly SlotBlocks[] _slots;
    private readonly MemoryBudget _budget;
    private readonly MemoryPiece _tables;

    /// <exception cref="RunnerException">The budget, or the system, has no room for it; nothing is held then.</exception>
    public KvCache(KvShape shape, int slots, int contextLength, int cells, MemoryBudget budget)
    {
        _shape = shape;
        _format = CellFormat.Of(shape.Type);
        _headBytes = _format.Bytes(shape.HeadLength);
        BlockBytes = 2L * shape.Layers * shape.Heads * _headBytes;
        var blocks = cells / BlockLength + (cells % BlockLength > 0 ? 1 : 0);
        var size = (Int128)blocks * BlockBytes;
        if (BlockBytes > int.MaxValue)
            throw new RunnerException($"A block of the KV cache would take {MemoryBudget.Megabytes(BlockBytes)}; such models Trinity does not run.");
        // No slot can hold more positions than there are cells, whatever its context is.
        ContextLength = (int)Math.Min(contextLength, (long)blocks * BlockLength);
        var longest = (ContextLength + BlockLength - 1) / BlockLength;
        _budget = budget;
        _tables = budget.Reserve("The tables of the KV cache", BlockPool.BytesOf(blocks) + (long)slots * longest * sizeof(int));
        try
        {
            _pool = new BlockPool(blocks);
            _slots = new SlotBlocks[slots];
            for (var i = 0; i < slots; i++)
                _slots[i] = new SlotBlocks(longest);
            _arena = new Arena(budget, "The KV cache", size < long.MaxValue ? (long)size : long.MaxValue, isStreamed: true);
        }
        catch
        {
            budget.Release(_tables);
            throw;
        }

        _cells = _arena.Take<byte>(blocks * BlockBytes);
    }

    /// <summary>Positions that fit, in all slots together.</summary>
    public int Cells => _pool.Count * BlockLength;

    /// <summary>The most positions of a slot: no more than <see cref="Cells"/>.</summary>
    public int ContextLength { get; }

    public KvType Type => _format.Type;

    /// <summary>Of all blocks, and of the tables that say whose they are.</summary>
    public long Bytes => _arena.Size + _tables.Bytes;

    /// <summary>Blocks in all.</summary>
    public int Blocks => _pool.Count;

    /// <summary>Blocks that no slot holds.</summary>
    public int FreeBlocks => _pool.Free;

    public int Length(int slot) => _slots[slot].Length;

    /// <summary>The block that holds <paramref name="position"/> of a slot.</summary>
    public int Block(int slot, int position) => _slots[slot].Blocks[position / BlockLength];

    /// <summary>Stores one head's key and value of a position that a slot has.</summary>
    public void Store(int slot, int position, int layer, int head, float* key, float* value) =>
        Store(CellsOf(Block(slot, position)), position % BlockLength, layer, head, key, value);

    /// <summary>The keys of a block, [component][position]; behind the end of a slot they are anything.</summary>
    public void LoadKeys(int block, int layer, int head, float* target) =>
        _format.LoadKeys(CellsOf(block) + Offset(2 * layer, head), target, _shape.HeadLength);

    /// <summary>The first <paramref name="count"/> values of a block, [position][component].</summary>
    public void LoadValues(int block, int layer, int head, int count, float* target) =>
        _format.LoadValues(CellsOf(block) + Offset(2 * layer + 1, head), target, _shape.HeadLength, count);

    /// <summary>Asks the processor for the keys of a block: it foresees what lies in order, but not where the next block is.</summary>
    public void PrefetchKeys(int block, int layer, int head) => Prefetch(CellsOf(block) + Offset(2 * layer, head));

    /// <summary>As <see cref="PrefetchKeys"/>.</summary>
    public void PrefetchValues(int block, int layer, int head) => Prefetch(CellsOf(block) + Offset(2 * layer + 1, head));

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
            SpanOf(_slots[slot].Blocks[i]).CopyTo(target);
            if (_slots[slot].Length - i * BlockLength is < BlockLength and var used)
                ClearTail(target[..(int)BlockBytes], used);
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
            source.Slice((int)(i * BlockBytes), (int)BlockBytes).CopyTo(SpanOf(_slots[slot].Blocks[i]));
        }

        _slots[slot].Length = length;
        return true;
    }

    /// <summary>Bytes of one block.</summary>
    public long BlockBytes { get; }

    public void Dispose()
    {
        _arena.Dispose();
        _budget.Release(_tables);
    }

    // Blocks are used again as they are: behind the end of a slot may lie another request's keys and values.
    private void ClearTail(Span<byte> block, int used)
    {
        var zeros = stackalloc float[_shape.HeadLength];
        new Span<float>(zeros, _shape.HeadLength).Clear();
        fixed (byte* cells = block)
        {
            for (var position = used; position < BlockLength; position++)
            {
                for (var part = 0; part < _shape.Layers * _shape.Heads; part++)
                    Store(cells, position, part / _shape.Heads, part % _shape.Heads, zeros, zeros);
            }
        }
    }

    private void Store(byte* block, int position, int layer, int head, float* key, float* value)
    {
        _format.StoreKey(key, block + Offset(2 * layer, head), position, _shape.HeadLength);
        _format.StoreValue(value, block + Offset(2 * layer + 1, head), position, _shape.HeadLength);
    }

    private void Prefetch(byte* cells)
    {
        for (var i = 0; Sse.IsSupported && i < _headBytes; i += CacheLine)
            Sse.Prefetch0(cells + i);
    }

    /// <summary>Where a head's keys (the even parts) or values (the odd ones) begin in a block.</summary>
    private int Offset(int part, int head) => (part * _shape.Heads + head) * _headBytes;

    private byte* CellsOf(int block) => _cells + block * BlockBytes;

    private Span<byte> SpanOf(int block) => new(CellsOf(block), (int)BlockBytes);

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
        SpanOf(shared).CopyTo(SpanOf(copy));
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
/// <param name="Type">How they are stored.</param>
internal sealed record KvShape(int Layers, int Heads, int HeadLength, KvType Type = KvType.F16);
