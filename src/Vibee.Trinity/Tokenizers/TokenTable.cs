using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// Finds a token by its bytes: a hash table with open addressing over <see cref="ByteStrings"/>, looked up with spans
/// of the text so that tokenizing creates no strings.
/// </summary>
internal sealed class TokenTable
{
    /// <summary>Random, so that no file can hold a vocabulary whose tokens all collide.</summary>
    private static readonly ulong s_seed = (ulong)Random.Shared.NextInt64() | 1;

    private readonly ByteStrings _texts;
    private Slot[] _slots;
    private int _count;

    public TokenTable(ByteStrings texts)
    {
        _texts = texts;
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * texts.Count))];
    }

    /// <summary>Bytes of the longest token.</summary>
    public int LongestToken { get; private set; }

    /// <summary>Of the table; the texts are another's.</summary>
    public long Bytes => (long)_slots.Length * Unsafe.SizeOf<Slot>();

    /// <summary>The first token of several with the same bytes keeps them.</summary>
    public void Add(int token)
    {
        if (2 * ++_count > _slots.Length)
            Grow();
        var text = _texts[token];
        LongestToken = Math.Max(LongestToken, text.Length);
        ref var slot = ref SlotOf(text, Hash(text));
        if (slot.TokenPlusOne == 0)
            slot = new Slot(Hash(text), token + 1);
    }

    /// <returns>The token, or −1.</returns>
    public int Find(ReadOnlySpan<byte> text) =>
        text.Length > LongestToken ? -1 : SlotOf(text, Hash(text)).TokenPlusOne - 1;

    private ref Slot SlotOf(ReadOnlySpan<byte> text, uint hash)
    {
        var slots = _slots;
        for (var at = hash; ; at++)
        {
            ref var slot = ref slots[at & (uint)(slots.Length - 1)];
            if (slot.TokenPlusOne == 0 || (slot.Hash == hash && _texts[slot.TokenPlusOne - 1].SequenceEqual(text)))
                return ref slot;
        }
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new Slot[2 * old.Length];
        foreach (var slot in old)
        {
            if (slot.TokenPlusOne != 0)
                SlotOf(_texts[slot.TokenPlusOne - 1], slot.Hash) = slot;
        }
    }

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = s_seed ^ (ulong)text.Length;
        for (; text.Length >= sizeof(ulong); text = text[sizeof(ulong)..])
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(text));
        ulong rest = 0;
        foreach (var value in text)
            rest = rest << 8 | value;
        return (uint)(Mix(hash ^ rest) >> 16);
    }

    /// <summary>The product's two halves folded together: every bit of the input reaches every bit of the result.</summary>
    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, s_seed * 0x9E3779B97F4A7C15 | 1, out var low);
        return high ^ low;
    }

    /// <param name="TokenPlusOne">The token's number plus one; 0 marks a free slot.</param>
    private readonly record struct Slot(uint Hash, int TokenPlusOne);
}
