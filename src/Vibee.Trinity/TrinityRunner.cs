using Vibee.Engine;
using Vibee.Gguf;
using Vibee.Trinity.Memory;
using Vibee.Trinity.Models;
using Vibee.Trinity.Threads;

namespace Vibee.Trinity;

/// <summary>
/// The managed engine: runs a GGUF model in C#, with no native library. Weights stay in the file's mapping, or are
/// packed for the kernels when loaded; <see cref="KvCache"/> remembers, <see cref="Transformer"/> computes.
/// </summary>
/// <remarks>A sequence's logits are the same bits whatever else is in a batch, however its prompt was cut into batches and
/// however many threads compute. They may differ between processors with different instruction sets.</remarks>
public sealed partial class TrinityRunner : IModelRunner
{
    private readonly GgufFile _file;
    private readonly MemoryBudget _memory;
    private readonly MemoryPiece _weights;
    private readonly MemoryPiece? _packed;
    private readonly IDisposable? _panels;
    private readonly MemoryPiece _vectors;
    private readonly MemoryPiece _tables;
    private readonly KvCache _cache;
    private readonly Arena _buffers;
    private readonly LogitRows _logits;
    private readonly WorkerTeam _team;
    private readonly Transformer _transformer;
    private readonly int _vocabulary;
    private bool _failed;

    public ModelInfo Model { get; }

    public ITokenizer Tokenizer { get; }

    public RunnerCapacity Capacity { get; }

    public long LastProgress => _transformer.LastProgress;

    /// <summary>What weights, KV cache and buffers take.</summary>
    public IReadOnlyList<MemoryPiece> Memory => _memory.Pieces;

    public RunnerMemory MemoryUse => new(
        _weights.Bytes + (_packed?.Bytes ?? 0) + _vectors.Bytes + _tables.Bytes, _cache.Bytes, _logits.Bytes + _buffers.Size, _cache.Blocks, _cache.Blocks - _cache.FreeBlocks);

    RunnerMemory? IModelRunner.MemoryUse => MemoryUse;

    /// <summary>The file that the packed weights are mapped from; null where they are in memory, or there are none.</summary>
    public string? PackCacheFile { get; }

    /// <summary>Why packed weights were not kept for the next start, where they should be.</summary>
    public string? PackCacheProblem { get; }

    public ForwardResult Forward(Batch batch)
    {
        if (_failed)
            throw new RunnerException("The runner failed before and cannot go on.");
        Check(batch);
        if (!_cache.TryExtend(batch))
            return ForwardResult.CacheFull;
        try
        {
            _transformer.Forward(batch, _logits);
        }
        catch (Exception exception)
        {
            _failed = true;
            throw new RunnerException($"Evaluating a batch failed: {exception.Message}", exception);
        }

        return ForwardResult.Done;
    }

    public Span<float> Logits(int index)
    {
        var row = _transformer.OutputRow(index);
        return row >= 0 ? _logits.Row(row) : throw new ArgumentException($"Token {index} of the last batch wanted no logits.");
    }

    public bool Fork(int source, int target, int length)
    {
        CheckSlot(source);
        CheckSlot(target);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _cache.Length(source));
        ArgumentOutOfRangeException.ThrowIfNotEqual(_cache.Length(target), 0);
        _cache.Fork(source, target, length);
        return true;
    }

    public bool Truncate(int slot, int start)
    {
        CheckSlot(slot);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        _cache.Truncate(slot, start);
        return true;
    }

    public byte[]? Save(int slot)
    {
        CheckSlot(slot);
        return SlotState.Write(_cache, slot);
    }

    public bool Restore(int slot, ReadOnlySpan<byte> state, int length)
    {
        CheckSlot(slot);
        ArgumentOutOfRangeException.ThrowIfNotEqual(_cache.Length(slot), 0);
        return SlotState.TryRead(_cache, slot, Math.Min(length, Capacity.ContextLength), state);
    }

    public void Dispose()
    {
        _team.Dispose();
        _logits.Dispose();
        _buffers.Dispose();
        _cache.Dispose();
        _panels?.Dispose();
        _file.Dispose();
        _memory.Release(_weights);
        if (_packed is not null)
            _memory.Release(_packed);
        _memory.Release(_vectors);
        _memory.Release(_tables);
    }

    private void CheckSlot(int slot)
    {
        if ((uint)slot >= (uint)Capacity.Slots)
            throw new ArgumentOutOfRangeException(nameof(slot), slot, $"There are {Capacity.Slots} slots.");
    }

    // A wrong token would read outside the embedding, a wrong position outside the cache; too many logits would write behind theirs.
    private void Check(Batch batch)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Count, Capacity.BatchTokens);
        if (batch.WantsLogits.Count(true) is var outputs && outputs > Capacity.BatchLogits)
            throw new ArgumentException($"{outputs} tokens ask for logits, but there is room for {Capacity.BatchLogits}.");
        _expected.AsSpan().Fill(-1);
        for (var i = 0; i < batch.Count; i++)
        {
            var (token, slot, position) = (batch.Tokens[i], batch.Slots[i], batch.Positions[i]);
            if ((uint)token >= (uint)_vocabulary)
                throw new ArgumentException($"Token {token} is not one of the model's {_vocabulary}.");
            if ((uint)slot >= (uint)Capacity.Slots)
                throw new ArgumentException($"There is no slot {slot}.");
            if (_expected[slot] < 0)
                _expected[slot] = _cache.Length(slot);
            if (position != _expected[slot]++ || position >= Capacity.ContextLength)
                throw new ArgumentException($"Position {position} does not continue slot {slot}, or lies beyond its {Capacity.ContextLength}.");
        }
    }

    // [slot]: the position that its next token in the batch must have
    private readonly int[] _expected;
}
