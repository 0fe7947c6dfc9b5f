using Vibee.Engine;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Tests.Memory;

/// <summary>Sharing and counting of blocks, checked after every one of thousands of random operations.</summary>
public sealed class KvCacheTests
{
    private const int Slots = 4;
    private const int Context = 160;
    private const int Cells = 384;

    [Theory]
    [InlineData(1, KvType.F16)]
    [InlineData(2, KvType.F16)]
    [InlineData(3, KvType.F16)]
    [InlineData(4, KvType.Q8)]
    public unsafe void RandomOperations_EverySlot_HoldsWhatWasWrittenToIt(int seed, KvType type)
    {
        using var cache = new KvCache(new KvShape(1, 1, 8, type), Slots, Context, Cells, new MemoryBudget());
        var random = new Random(seed);
        var written = Enumerable.Range(0, Slots).Select(_ => new List<float>()).ToArray();
        var blocks = cache.FreeBlocks;
        for (var i = 0; i < 3000; i++)
        {
            var slot = random.Next(Slots);
            switch (random.Next(4))
            {
                case 0 or 1:
                    Extend(cache, written, random);
                    break;
                case 2:
                    var kept = random.Next(3) == 0 ? 0 : random.Next(written[slot].Count + 1);
                    cache.Truncate(slot, kept);
                    written[slot].RemoveRange(kept, written[slot].Count - kept);
                    break;
                default:
                    var target = random.Next(Slots);
                    if (written[target].Count > 0 || target == slot)
                        break;
                    var length = random.Next(written[slot].Count + 1);
                    cache.Fork(slot, target, length);
                    written[target].AddRange(written[slot].Take(length));
                    break;
            }

            Check(cache, written);
        }

        for (var slot = 0; slot < Slots; slot++)
            cache.Truncate(slot, 0);
        Assert.Equal(blocks, cache.FreeBlocks);
    }

    [Fact]
    public void TryExtend_NoRoom_ChangesNothing()
    {
        using var cache = new KvCache(new KvShape(1, 1, 8), 2, 64, 64, new MemoryBudget());
        Assert.True(cache.TryExtend(Tokens(0, 0, 33)));
        Assert.False(cache.TryExtend(Tokens(1, 0, 1)));
        Assert.Equal((33, 0, 0), (cache.Length(0), cache.Length(1), cache.FreeBlocks));
    }

    [Fact]
    public void TryExtend_TwoHoldersOfOneBlockBothWrite_OneCopyIsEnough()
    {
        using var cache = new KvCache(new KvShape(1, 1, 8), 2, 32, 64, new MemoryBudget());
        cache.TryExtend(Tokens(0, 0, 10));
        cache.Fork(0, 1, 10);
        var batch = new Batch(2);
        batch.Add(0, 10, 0, false);
        batch.Add(0, 10, 1, false);
        Assert.True(cache.TryExtend(batch));
        Assert.Equal(0, cache.FreeBlocks);
    }

    [Theory]
    [InlineData(KvType.F16, 8)]
    [InlineData(KvType.F16, 97)]
    [InlineData(KvType.Q8, 8)]
    [InlineData(KvType.Q8, 80)]
    [InlineData(KvType.Q8, 97)]
    public unsafe void Cells_RandomRows_ComeBackWithinHalfAStep(KvType type, int components)
    {
        const int positions = CellFormat.Positions;
        var format = CellFormat.Of(type);
        var random = new Random(components);
        var (rows, bytes) = (new float[positions * components], new byte[format.Bytes(components)]);
        var (keys, values) = (new float[rows.Length], new float[rows.Length]);
        for (var i = 0; i < rows.Length; i++)
            rows[i] = (random.NextSingle() - 0.5f) * (i < components ? 1000 : 0.01f);
        rows.AsSpan(2 * components, components).Clear();
        fixed (float* source = rows, keyTarget = keys, valueTarget = values)
        fixed (byte* stored = bytes)
        {
            for (var position = positions - 1; position >= 0; position--)
                format.StoreKey(source + position * components, stored, position, components);
            format.LoadKeys(stored, keyTarget, components);
            for (var position = positions - 1; position >= 0; position--)
                format.StoreValue(source + position * components, stored, position, components);
            format.LoadValues(stored, valueTarget, components, positions);
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var (position, component) = (i / components, i % components);
            var group = rows.AsSpan(i - component % 32, Math.Min(32, components - component / 32 * 32)).ToArray();
            var halfAStep = type == KvType.F16 ? Math.Abs(rows[i]) / 2048 : group.Max(Math.Abs) / 127 * 0.57f + 4e-6f;
            Assert.Equal(rows[i], values[i], halfAStep + 1e-7f);
            Assert.Equal(values[i], keys[component * positions + position]);
        }
    }

    [Fact]
    public unsafe void Save_ForgetsWhatLiesBehindTheEnd()
    {
        using var cache = new KvCache(new KvShape(2, 2, 8), 1, 64, 64, new MemoryBudget());
        cache.TryExtend(Tokens(0, 0, 32));
        var ones = stackalloc float[8];
        new Span<float>(ones, 8).Fill(1);
        for (var position = 0; position < 32; position++)
        {
            for (var head = 0; head < 4; head++)
                cache.Store(0, position, head / 2, head % 2, ones, ones);
        }

        cache.Truncate(0, 5);
        var state = new byte[cache.BlockBytes];
        cache.Save(0, state);
        // A key and a value of 8 components for each position, layer and head, and a one is not all zeros in one of two bytes.
        Assert.Equal(5 * 4 * 2 * 8, state.Count(value => value != 0));
    }

    private static unsafe void Extend(KvCache cache, List<float>[] written, Random random)
    {
        var batch = new Batch(64);
        foreach (var slot in Enumerable.Range(0, Slots).Where(_ => random.Next(2) == 0))
        {
            var count = Math.Min(random.Next(12), Context - written[slot].Count);
            for (var i = 0; i < count; i++)
                batch.Add(0, written[slot].Count + i, slot, false);
        }

        var lengths = Enumerable.Range(0, Slots).Select(cache.Length).ToArray();
        var free = cache.FreeBlocks;
        if (!cache.TryExtend(batch))
        {
            Assert.Equal(lengths, Enumerable.Range(0, Slots).Select(cache.Length));
            Assert.Equal(free, cache.FreeBlocks);
            return;
        }

        // Components after the first are zero.
        var row = stackalloc float[8];
        for (var i = 0; i < batch.Count; i++)
        {
            var value = random.Next(1000);
            written[batch.Slots[i]].Add(value);
            row[0] = value;
            cache.Store(batch.Slots[i], batch.Positions[i], 0, 0, row, row);
        }
    }

    private static unsafe void Check(KvCache cache, List<float>[] written)
    {
        var keys = stackalloc float[KvCache.BlockLength * 8];
        var values = stackalloc float[KvCache.BlockLength * 8];
        for (var slot = 0; slot < Slots; slot++)
        {
            Assert.Equal(written[slot].Count, cache.Length(slot));
            for (var position = 0; position < written[slot].Count; position++)
            {
                var (block, cell) = (cache.Block(slot, position), position % KvCache.BlockLength);
                cache.LoadKeys(block, 0, 0, keys);
                cache.LoadValues(block, 0, 0, cell + 1, values);
                Assert.Equal(written[slot][position], values[cell * 8], written[slot][position] / 2000);
                Assert.Equal(values[cell * 8], keys[cell]);
            }
        }
    }

    private static Batch Tokens(int slot, int position, int count)
    {
        var batch = new Batch(count);
        for (var i = 0; i < count; i++)
            batch.Add(0, position + i, slot, false);
        return batch;
    }
}
