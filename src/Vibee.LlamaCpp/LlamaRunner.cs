using System.Runtime.InteropServices;
using Vibee.Engine;

namespace Vibee.LlamaCpp;

/// <summary>
/// A model evaluated by llama.cpp. All slots share one pool of KV cells, so that a fork copies nothing and one slot may
/// use what others leave free. Made by <see cref="LlamaLoader.Load"/>.
/// </summary>
public sealed unsafe class LlamaRunner : IModelRunner
{
    private readonly ModelHandle _model;
    private readonly ComputeThreads? _threads;
    private readonly nint _memory;
    private readonly int _batchLogits;
    private nint _context;
    private NativeBatch _batch; // its arrays are ours, BatchTokens long

    /// <summary>Becomes the owner of all that is passed.</summary>
    internal LlamaRunner(
        ModelHandle model, nint context, ComputeThreads? threads, ModelInfo info, LlamaTokenizer tokenizer, RunnerCapacity capacity, int batchLogits)
    {
        _model = model;
        _context = context;
        _threads = threads;
        _memory = NativeMethods.llama_get_memory(context);
        _batchLogits = batchLogits;
        Model = info;
        Tokenizer = tokenizer;
        Capacity = capacity;
        _batch = AllocateBatch(capacity.BatchTokens);
    }

    public ModelInfo Model { get; }

    public ITokenizer Tokenizer { get; }

    public RunnerCapacity Capacity { get; }

    public ForwardResult Forward(Batch batch)
    {
        // Native code ends the process over these.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Count, Capacity.BatchTokens);
        foreach (var slot in batch.Slots)
            CheckSlot(slot);
        var outputs = batch.WantsLogits.Count(true);
        if (outputs > _batchLogits)
            throw new ArgumentException($"{outputs} tokens ask for logits, but the model was loaded for {_batchLogits} in one batch.", nameof(batch));
        if (batch.Count == 0)
            return ForwardResult.Done;

        _batch.n_tokens = batch.Count;
        batch.Tokens.CopyTo(new Span<int>(_batch.token, batch.Count));
        batch.Positions.CopyTo(new Span<int>(_batch.pos, batch.Count));
        batch.Slots.CopyTo(new Span<int>(*_batch.seq_id, batch.Count));
        MemoryMarshal.AsBytes(batch.WantsLogits).CopyTo(new Span<byte>(_batch.logits, batch.Count));
        return NativeMethods.llama_decode(_context, _batch) switch
        {
            0 => ForwardResult.Done,
            1 => ForwardResult.CacheFull,
            var code => throw new RunnerException($"llama.cpp could not evaluate a batch of {batch.Count} tokens ({code}): {NativeLog.Reason}"),
        };
    }

    public Span<float> Logits(int index)
    {
        var row = NativeMethods.llama_get_logits_ith(_context, index);
        if (row is null)
            throw new ArgumentException($"The last batch asked for no logits at index {index}.", nameof(index));
        return new Span<float>(row, Tokenizer.VocabularySize);
    }

    public bool Fork(int source, int target, int length)
    {
        CheckSlot(source);
        CheckSlot(target);
        // A recurrent state is one sum over all positions: it can be shared, but not up to a point.
        if (!Capacity.SharesPrefixes && length != NativeMethods.llama_memory_seq_pos_max(_memory, source) + 1)
            return false;
        if (length > 0)
            NativeMethods.llama_memory_seq_cp(_memory, source, target, 0, Capacity.SharesPrefixes ? length : -1);
        return true;
    }

    public bool Truncate(int slot, int start)
    {
        CheckSlot(slot);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        return NativeMethods.llama_memory_seq_rm(_memory, slot, start, -1);
    }

    public byte[]? Save(int slot)
    {
        CheckSlot(slot);
        var size = NativeMethods.llama_state_seq_get_size(_context, slot);
        if (size > (nuint)Array.MaxLength)
            return null;
        var state = new byte[size];
        fixed (byte* target = state)
        {
            if (NativeMethods.llama_state_seq_get_data(_context, target, size, slot) != size)
                throw new RunnerException($"llama.cpp could not save the state of a slot: {NativeLog.Reason}");
        }

        return state;
    }

    public bool Restore(int slot, ReadOnlySpan<byte> state)
    {
        CheckSlot(slot);
        fixed (byte* source = state)
        {
            if (NativeMethods.llama_state_seq_set_data(_context, source, (nuint)state.Length, slot) != 0)
                return true;
        }

        Truncate(slot, 0);
        return false;
    }

    // The first forward call reads the weights from disk and sets up buffers: better now than under the first request.
    internal void WarmUp()
    {
        var batch = new Batch(1);
        batch.Add(Tokenizer.BeginToken ?? 0, 0, 0, wantsLogits: true);
        Forward(batch);
        NativeMethods.llama_synchronize(_context);
        NativeMethods.llama_memory_clear(_memory, data: true);
    }

    /// <summary>On the owning thread, which is in no other call.</summary>
    public void Dispose()
    {
        if (_context == 0)
            return;
        NativeMethods.llama_free(_context);
        _context = 0;
        _threads?.Dispose();
        _model.Dispose();
        FreeBatch(ref _batch);
    }

    private void CheckSlot(int slot)
    {
        if ((uint)slot >= (uint)Capacity.Slots)
            throw new ArgumentOutOfRangeException(nameof(slot), slot, $"There are {Capacity.Slots} slots.");
    }

    // Every token belongs to one slot, so the lists of slots are one array of numbers and fixed pointers into it.
    private static NativeBatch AllocateBatch(int tokens)
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

    private static void FreeBatch(ref NativeBatch batch)
    {
        NativeMemory.Free(*batch.seq_id);
        NativeMemory.Free(batch.seq_id);
        NativeMemory.Free(batch.token);
        NativeMemory.Free(batch.pos);
        NativeMemory.Free(batch.n_seq_id);
        NativeMemory.Free(batch.logits);
        batch = default;
    }
}
