using System.Runtime.InteropServices;

namespace Vibee.Engine.Runners;

/// <summary>
/// A runner without a model: a function of the tokens so far says what comes next. It serves the mock and the
/// tests through the real engine, and keeps its KV cache as strictly as a real runner: a gap, an unknown slot, a fork
/// into a used one or of more than there is, is an exception.
/// </summary>
/// <remarks>A cell holds a token, and forks share cells, each counted by the slots that hold it: what the engine shares
/// wrongly comes out as a wrong token, and what it loses stays in use for ever.</remarks>
public sealed class ScriptedRunner : IModelRunner
{
    /// <summary>How much higher the logit of the scripted token is than all others: its probability differs from
    /// 1 by less than a float can say, so the script holds at any temperature.</summary>
    private const float Certain = 100f;

    private readonly ScriptedNext _next;
    // [cell]: its token, and how many slots hold it
    private readonly int[] _tokens;
    private readonly int[] _holders;
    private readonly Stack<int> _free;
    // [slot][position]: a cell
    private readonly List<int>[] _slots;
    private readonly List<int> _read = [];
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
        _tokens = new int[capacity.KvCells];
        _holders = new int[capacity.KvCells];
        _free = new Stack<int>(Enumerable.Range(0, capacity.KvCells).Reverse());
        _slots = [.. Enumerable.Range(0, capacity.Slots).Select(_ => new List<int>())];
        _logits = [.. Enumerable.Range(0, capacity.Slots).Select(_ => new float[tokenizer.VocabularySize])];
        _last = new Batch(capacity.BatchTokens);
    }

    public ModelInfo Model { get; }

    public ITokenizer Tokenizer { get; }

    public RunnerCapacity Capacity { get; }

    /// <summary>Cells that some slot holds; a shared one counts once.</summary>
    public int UsedCells => Capacity.KvCells - _free.Count;

    public ForwardResult Forward(Batch batch)
    {
        if (batch.WantsLogits.Count(true) > Capacity.BatchLogits)
            throw new InvalidOperationException($"{batch.WantsLogits.Count(true)} tokens ask for logits, more than {Capacity.BatchLogits}.");
        if (batch.Count > _free.Count)
            return ForwardResult.CacheFull;

        _last.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            var slot = _slots[batch.Slots[i]];
            if (batch.Positions[i] != slot.Count)
                throw new InvalidOperationException($"Slot {batch.Slots[i]} holds {slot.Count} tokens and was given position {batch.Positions[i]}.");
            slot.Add(Take(batch.Tokens[i]));
            _last.Add(batch.Tokens[i], batch.Positions[i], batch.Slots[i], batch.WantsLogits[i]);
        }

        return ForwardResult.Done;
    }

    public Span<float> Logits(int index)
    {
        if (!_last.WantsLogits[index])
            throw new InvalidOperationException($"Token {index} of the batch did not ask for logits.");
        var slot = _last.Slots[index];
        _read.Clear();
        for (var position = 0; position <= _last.Positions[index]; position++)
            _read.Add(_tokens[_slots[slot][position]]);
        var logits = _logits[slot];
        Array.Clear(logits);
        logits[_next(CollectionsMarshal.AsSpan(_read))] = Certain;
        return logits;
    }

    public bool Fork(int source, int target, int length)
    {
        if (_slots[target].Count > 0)
            throw new InvalidOperationException($"Slot {target} is in use.");
        if (length > _slots[source].Count)
            throw new InvalidOperationException($"Slot {source} holds {_slots[source].Count} tokens, not {length}.");
        foreach (var cell in CollectionsMarshal.AsSpan(_slots[source])[..length])
        {
            _holders[cell]++;
            _slots[target].Add(cell);
        }

        return true;
    }

    public bool Truncate(int slot, int start)
    {
        var cells = _slots[slot];
        if (start > cells.Count)
            throw new InvalidOperationException($"Slot {slot} holds {cells.Count} tokens and was truncated to {start}.");
        foreach (var cell in CollectionsMarshal.AsSpan(cells)[start..])
        {
            if (--_holders[cell] < 0)
                throw new InvalidOperationException($"Cell {cell} was freed twice.");
            if (_holders[cell] == 0)
                _free.Push(cell);
        }

        cells.RemoveRange(start, cells.Count - start);
        return true;
    }

    public byte[]? Save(int slot) =>
        MemoryMarshal.AsBytes<int>(_slots[slot].Select(cell => _tokens[cell]).ToArray()).ToArray();

    public bool Restore(int slot, ReadOnlySpan<byte> state, int length)
    {
        if (_slots[slot].Count > 0)
            throw new InvalidOperationException($"Slot {slot} is in use.");
        if (state.Length != length * sizeof(int) || length > _free.Count)
            return false;
        foreach (var token in MemoryMarshal.Cast<byte, int>(state))
            _slots[slot].Add(Take(token));
        return true;
    }

    public void Dispose()
    {
    }

    private int Take(int token)
    {
        var cell = _free.Pop();
        _tokens[cell] = token;
        _holders[cell] = 1;
        return cell;
    }
}

/// <summary>The token that follows <paramref name="tokens"/>.</summary>
public delegate int ScriptedNext(ReadOnlySpan<int> tokens);
