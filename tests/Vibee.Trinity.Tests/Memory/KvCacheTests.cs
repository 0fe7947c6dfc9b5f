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
    [InlineData(8)]
    [InlineData(80)]
    [InlineData(97)]
    public unsafe void Q8_RandomRows_ComeBackWithinHalfAStep(int components)
    {
        var format = CellFormat.Of(KvType.Q8);
        var random = new Random(components);
        var (rows, bytes) = (new float[3 * components], new byte[3 * format.RowBytes(components)]);
        var back = new float[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = (random.NextSingle() - 0.5f) * (i < components ? 1000 : 0.01f);
        rows.AsSpan(2 * components).Clear();
        fixed (float* source = rows, target = back)
        fixed (byte* stored = bytes)
        {
            for (var i = 0; i < 3; i++)
                format.Store(source + i * components, stored + i * format.RowBytes(components), components);
            format.Load(stored, target, components, 3);
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var group = rows.Skip(i / components * components + i % components / 32 * 32).Take(Math.Min(32, components - i % components / 32 * 32));
            Assert.Equal(rows[i], back[i], group.Max(Math.Abs) / 127 * 0.57f + 1e-12f);
        }
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
        var rows = stackalloc float[KvCache.BlockLength * 8];
        for (var slot = 0; slot < Slots; slot++)
        {
            Assert.Equal(written[slot].Count, cache.Length(slot));
            for (var position = 0; position < written[slot].Count; position++)
            {
                cache.LoadValues(cache.Block(slot, position), 0, 0, KvCache.BlockLength, rows);
                Assert.Equal(written[slot][position], rows[position % KvCache.BlockLength * 8], written[slot][position] / 2000);
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
