using System.Runtime.InteropServices;

namespace Vibee.Engine.Runners;

/// <summary>
/// A runner without a model: a function of the tokens so far says what comes next. It serves the mock and the
/// tests through the real engine, and keeps its KV cache, a list of tokens per slot, as strictly as a real runner:
/// a gap, an unknown slot or a fork into a used one is an exception.
/// </summary>
public sealed class ScriptedRunner : IModelRunner
{
    /// <summary>How much higher the logit of the scripted token is than all others: its probability differs from
    /// 1 by less than a float can say, so the script holds at any temperature.</summary>
    private const float Certain = 100f;

    private readonly ScriptedNext _next;
    private readonly List<int>[] _slots;
    private readonly float[][] _logits;
    private readonly Batch _last;

    /// <param name="model">What it claims to be.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="capacity">Its limits.</param>
    /// <param name="next">Gives the token that follows the tokens of a slot; called on the engine's thread.</param>
    public ScriptedRunner(ModelInfo model, ITokenizer tokenizer, RunnerCapacity capacity, ScriptedNext next)
    {
        Model = model;
        Tokenizer = tokenizer;
        Capacity = capacity;
        _next = next;
        _slots = [.. Enumerable.Range(0, capacity.Slots).Select(_ => new List<int>())];
        _logits = [.. Enumerable.Range(0, capacity.Slots).Select(_ => new float[tokenizer.VocabularySize])];
        _last = new Batch(capacity.BatchTokens);
    }

    public ModelInfo Model { get; }

    public ITokenizer Tokenizer { get; }

    public RunnerCapacity Capacity { get; }

    /// <summary>Positions held, shared ones counted for each slot.</summary>
    public int UsedCells
    {
        get
        {
            var cells = 0;
            foreach (var slot in _slots)
                cells += slot.Count;
            return cells;
        }
    }

    public ForwardResult Forward(Batch batch)
    {
        if (UsedCells + batch.Count > Capacity.KvCells)
            return ForwardResult.CacheFull;

        _last.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            var slot = _slots[batch.Slots[i]];
            if (batch.Positions[i] != slot.Count)
                throw new InvalidOperationException($"Slot {batch.Slots[i]} holds {slot.Count} tokens and was given position {batch.Positions[i]}.");
            slot.Add(batch.Tokens[i]);
            _last.Add(batch.Tokens[i], batch.Positions[i], batch.Slots[i], batch.WantsLogits[i]);
        }

        return ForwardResult.Done;
    }

    public Span<float> Logits(int index)
    {
        if (!_last.WantsLogits[index])
            throw new InvalidOperationException($"Token {index} of the batch did not ask for logits.");
        var slot = _last.Slots[index];
        var tokens = CollectionsMarshal.AsSpan(_slots[slot])[..(_last.Positions[index] + 1)];
        var logits = _logits[slot];
        Array.Clear(logits);
        logits[_next(tokens)] = Certain;
        return logits;
    }

    public bool Fork(int source, int target, int length)
    {
        if (_slots[target].Count > 0)
            throw new InvalidOperationException($"Slot {target} is in use.");
        _slots[target].AddRange(_slots[source].Take(length));
        return true;
    }

    public bool Truncate(int slot, int start)
    {
        _slots[slot].RemoveRange(start, _slots[slot].Count - start);
        return true;
    }

    public byte[] Save(int slot) =>
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_slots[slot])).ToArray();

    public bool Restore(int slot, ReadOnlySpan<byte> state)
    {
        if (state.Length % sizeof(int) != 0 || UsedCells + state.Length / sizeof(int) > Capacity.KvCells)
            return false;
        _slots[slot].AddRange(MemoryMarshal.Cast<byte, int>(state));
        return true;
    }

    public void Dispose()
    {
    }
}

/// <summary>The token that follows <paramref name="tokens"/>.</summary>
public delegate int ScriptedNext(ReadOnlySpan<int> tokens);
