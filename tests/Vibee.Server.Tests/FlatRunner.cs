using Vibee.Engine;
using Vibee.Engine.Runners;

namespace Vibee.Server.Tests;

/// <summary>A model that likes all lower-case letters nearly the same, <c>a</c> best, and never ends by itself: what
/// it says is the sampler's doing.</summary>
internal sealed class FlatRunner : IModelRunner
{
    private readonly ScriptedRunner _inner = Script.Repeats("assistant");

    public ModelInfo Model => _inner.Model;

    public ITokenizer Tokenizer => _inner.Tokenizer;

    public RunnerCapacity Capacity => _inner.Capacity;

    public ForwardResult Forward(Batch batch) => _inner.Forward(batch);

    public Span<float> Logits(int index)
    {
        var logits = _inner.Logits(index);
        logits.Fill(-50);
        for (var letter = 'a'; letter <= 'z'; letter++)
            logits[letter] = 1 - 0.01f * (letter - 'a');
        return logits;
    }

    public bool Fork(int source, int target, int length) => _inner.Fork(source, target, length);

    public bool Truncate(int slot, int start) => _inner.Truncate(slot, start);

    public byte[]? Save(int slot) => _inner.Save(slot);

    public bool Restore(int slot, ReadOnlySpan<byte> state, int length) => _inner.Restore(slot, state, length);

    public void Dispose() => _inner.Dispose();
}
