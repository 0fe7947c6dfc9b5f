using System.Numerics;
using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Tokenizers;

/// <summary>The learned merges: for a pair of symbols, when they merge and into what. A hash table with open addressing.</summary>
internal sealed class MergeTable(int capacity)
{
    /// <summary>Odd and random, so that no file can hold merges that all collide.</summary>
    private static readonly ulong s_factor = (ulong)Random.Shared.NextInt64() << 1 | 1;

    private readonly Entry[] _entries = new Entry[BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2L * capacity))];

    public long Bytes => (long)_entries.Length * Unsafe.SizeOf<Entry>();

    /// <summary>Of a pair that is added again, the first rank counts. No more than the capacity may be added.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        ref var entry = ref Find(left, right);
        if (entry.Merged == 0)
            entry = new Entry(left, right, rank, merged + 1);
    }

    public int Rank(int left, int right, out int merged)
    {
        ref var entry = ref Find(left, right);
        merged = entry.Merged - 1;
        return merged < 0 ? MergeSymbols.Never : entry.Rank;
    }

    private ref Entry Find(int left, int right)
    {
        var entries = _entries;
        var high = Math.BigMul((ulong)(uint)left << 32 | (uint)right, s_factor, out var low);
        for (var at = (uint)((high ^ low) >> 20); ; at++)
        {
            ref var entry = ref entries[at & (uint)(entries.Length - 1)];
            if ((entry.Left == left && entry.Right == right) || entry.Merged == 0)
                return ref entry;
        }
    }

    /// <param name="Merged">The symbol plus one; 0 marks a free entry.</param>
    private readonly record struct Entry(int Left, int Right, int Rank, int Merged);
}
