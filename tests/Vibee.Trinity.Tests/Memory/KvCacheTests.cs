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
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public unsafe void RandomOperations_EverySlot_HoldsWhatWasWrittenToIt(int seed)
    {
        using var cache = new KvCache(new KvShape(1, 1, 8), Slots, Context, Cells, new MemoryBudget());
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

        for (var i = 0; i < batch.Count; i++)
        {
            var value = random.Next(1000);
            written[batch.Slots[i]].Add(value);
            *Cell(cache, batch.Slots[i], batch.Positions[i]) = (Half)value;
        }
    }

    private static unsafe void Check(KvCache cache, List<float>[] written)
    {
        for (var slot = 0; slot < Slots; slot++)
        {
            Assert.Equal(written[slot].Count, cache.Length(slot));
            for (var position = 0; position < written[slot].Count; position++)
                Assert.Equal(written[slot][position], (float)*Cell(cache, slot, position));
        }
    }

    private static unsafe Half* Cell(KvCache cache, int slot, int position) =>
        cache.Values(cache.Block(slot, position), 0, 0) + position % KvCache.BlockLength * 8;

    private static Batch Tokens(int slot, int position, int count)
    {
        var batch = new Batch(count);
        for (var i = 0; i < count; i++)
            batch.Add(0, position + i, slot, false);
        return batch;
    }
}
