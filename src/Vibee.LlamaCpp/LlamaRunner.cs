using Vibee.Engine;

namespace Vibee.LlamaCpp;

/// <summary>
/// A model evaluated by llama.cpp. All slots share one pool of KV cells, so that a fork copies nothing and one slot may
/// use what others leave free. Made by <see cref="LlamaLoader.Load"/>.
/// </summary>
public sealed unsafe class LlamaRunner : IModelRunner
{
    private readonly ContextHandle _context;

    /// <summary>Becomes the owner of <paramref name="context"/>.</summary>
    internal LlamaRunner(ContextHandle context, ModelInfo info, LlamaTokenizer tokenizer, RunnerCapacity capacity)
    {
        _context = context;
        Model = info;
        Tokenizer = tokenizer;
        Capacity = capacity;
    }

    public ModelInfo Model { get; }

    public ITokenizer Tokenizer { get; }

    public RunnerCapacity Capacity { get; }

    public long LastProgress => _context.LastProgress;

    public ForwardResult Forward(Batch batch)
    {
        // Native code ends the process over these.
        foreach (var slot in batch.Slots)
            CheckSlot(slot);
        var outputs = batch.WantsLogits.Count(true);
        if (outputs > Capacity.BatchLogits)
            throw new ArgumentException($"{outputs} tokens ask for logits, but the model was loaded for {Capacity.BatchLogits} in one batch.", nameof(batch));
        if (batch.Count == 0)
            return ForwardResult.Done;

        return _context.Decode(batch) switch
        {
            0 => ForwardResult.Done,
            1 => ForwardResult.CacheFull,
            var code => throw new RunnerException($"llama.cpp could not evaluate a batch of {batch.Count} tokens ({code}): {NativeLog.Reason}"),
        };
    }

    public Span<float> Logits(int index)
    {
        var row = NativeMethods.llama_get_logits_ith(_context.Pointer, index);
        if (row is null)
            throw new ArgumentException($"The last batch asked for no logits at index {index}.", nameof(index));
        return new Span<float>(row, Tokenizer.VocabularySize);
    }

    public bool Fork(int source, int target, int length)
    {
        CheckSlot(source);
        CheckSlot(target);
        // A recurrent state is one sum over all positions: it can be shared, but not up to a point.
        if (!Capacity.SharesPrefixes && length != NativeMethods.llama_memory_seq_pos_max(_context.Memory, source) + 1)
            return false;
        if (length > 0)
            NativeMethods.llama_memory_seq_cp(_context.Memory, source, target, 0, Capacity.SharesPrefixes ? length : -1);
        return true;
    }

    public bool Truncate(int slot, int start)
    {
        CheckSlot(slot);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        return NativeMethods.llama_memory_seq_rm(_context.Memory, slot, start, -1);
    }

    public byte[]? Save(int slot)
    {
        CheckSlot(slot);
        var size = NativeMethods.llama_state_seq_get_size(_context.Pointer, slot);
        if (size > (nuint)Array.MaxLength)
            return null;
        var state = new byte[size];
        fixed (byte* target = state)
        {
            if (NativeMethods.llama_state_seq_get_data(_context.Pointer, target, size, slot) != size)
                return null;
        }

        return state;
    }

    public bool Restore(int slot, ReadOnlySpan<byte> state, int length)
    {
        CheckSlot(slot);
        fixed (byte* source = state)
        {
            if (NativeMethods.llama_state_seq_set_data(_context.Pointer, source, (nuint)state.Length, slot) != 0
                && (!Capacity.SharesPrefixes || NativeMethods.llama_memory_seq_pos_min(_context.Memory, slot) == 0)
                && NativeMethods.llama_memory_seq_pos_max(_context.Memory, slot) == length - 1)
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
        NativeMethods.llama_synchronize(_context.Pointer);
        NativeMethods.llama_memory_clear(_context.Memory, data: true);
    }

    /// <summary>On the owning thread, which is in no other call.</summary>
    public void Dispose() => _context.Dispose();

    private void CheckSlot(int slot)
    {
        if ((uint)slot >= (uint)Capacity.Slots)
            throw new ArgumentOutOfRangeException(nameof(slot), slot, $"There are {Capacity.Slots} slots.");
    }
}
