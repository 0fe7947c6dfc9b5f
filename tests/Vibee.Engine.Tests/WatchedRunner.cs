using Vibee.Engine.Runners;

namespace Vibee.Engine.Tests;

/// <summary>A scripted runner with hooks, to see and disturb what the engine does with it.</summary>
internal sealed class WatchedRunner(
    ScriptedRunner inner, Action<Batch>? onForward = null, WatchedRunner.LogitsHook? onLogits = null, Action? onRestore = null, Action<int>? onTruncate = null) : IModelRunner
{
    private readonly Dictionary<int, List<int>> _tokens = [];
    private Batch? _batch;

    public delegate void LogitsHook(IReadOnlyList<int> tokens, Span<float> logits);

    public ModelInfo Model => inner.Model;

    public ITokenizer Tokenizer => inner.Tokenizer;

    public RunnerCapacity Capacity => inner.Capacity;

    public ForwardResult Forward(Batch batch)
    {
        onForward?.Invoke(batch);
        _batch = batch;
        if (onLogits is not null)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (!_tokens.TryGetValue(batch.Slots[i], out var tokens))
                    _tokens[batch.Slots[i]] = tokens = [];
                var position = batch.Positions[i];
                tokens.RemoveRange(Math.Min(position, tokens.Count), Math.Max(0, tokens.Count - position));
                while (tokens.Count < position)
                    tokens.Add(-1); // another slot's, shared
                tokens.Add(batch.Tokens[i]);
            }
        }

        return inner.Forward(batch);
    }

    public Span<float> Logits(int index)
    {
        var logits = inner.Logits(index);
        onLogits?.Invoke(_tokens.GetValueOrDefault(_batch!.Slots[index])?.GetRange(0, _batch.Positions[index] + 1) ?? [], logits);
        return logits;
    }

    public bool Fork(int source, int target, int length) => inner.Fork(source, target, length);

    public bool Truncate(int slot, int start)
    {
        onTruncate?.Invoke(start);
        return inner.Truncate(slot, start);
    }

    public byte[]? Save(int slot) => inner.Save(slot);

    public bool Restore(int slot, ReadOnlySpan<byte> state, int length)
    {
        onRestore?.Invoke();
        return inner.Restore(slot, state, length);
    }

    public void Dispose() => inner.Dispose();
}
