using System.Runtime.InteropServices;
using Vibee.Engine;

namespace Vibee.LlamaCpp;

/// <summary>Native memory for the tokens of one call, made once and filled again and again. Not safe for concurrent
/// use.</summary>
internal sealed unsafe class TokenBatch : IDisposable
{
    private readonly int _capacity;
    private NativeBatch _batch;

    public TokenBatch(int tokens)
    {
        _capacity = tokens;
        _batch = Allocate(tokens);
    }

    /// <summary>Copies <paramref name="batch"/>.</summary>
    /// <returns>What native code takes; valid until the next call and no longer than this object.</returns>
    public NativeBatch Fill(Batch batch)
    {
        // Native code ends the process over more.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Count, _capacity);
        _batch.n_tokens = batch.Count;
        batch.Tokens.CopyTo(new Span<int>(_batch.token, batch.Count));
        batch.Positions.CopyTo(new Span<int>(_batch.pos, batch.Count));
        batch.Slots.CopyTo(new Span<int>(*_batch.seq_id, batch.Count));
        MemoryMarshal.AsBytes(batch.WantsLogits).CopyTo(new Span<byte>(_batch.logits, batch.Count));
        return _batch;
    }

    public void Dispose()
    {
        if (_batch.token is null)
            return;
        NativeMemory.Free(*_batch.seq_id);
        NativeMemory.Free(_batch.seq_id);
        NativeMemory.Free(_batch.token);
        NativeMemory.Free(_batch.pos);
        NativeMemory.Free(_batch.n_seq_id);
        NativeMemory.Free(_batch.logits);
        _batch = default;
    }

    // Every token belongs to one slot, so the lists of slots are one array of numbers and fixed pointers into it.
    private static NativeBatch Allocate(int tokens)
    {
        var count = (nuint)tokens;
        var batch = new NativeBatch
        {
            token = (int*)NativeMemory.Alloc(count, sizeof(int)),
            pos = (int*)NativeMemory.Alloc(count, sizeof(int)),
            n_seq_id = (int*)NativeMemory.Alloc(count, sizeof(int)),
            seq_id = (int**)NativeMemory.Alloc(count, (nuint)sizeof(int*)),
            logits = (byte*)NativeMemory.Alloc(count),
        };
        var slots = (int*)NativeMemory.Alloc(count, sizeof(int));
        for (var i = 0; i < tokens; i++)
        {
            batch.n_seq_id[i] = 1;
            batch.seq_id[i] = slots + i;
        }

        return batch;
    }
}
