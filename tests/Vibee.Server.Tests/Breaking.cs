using Vibee.Engine;

namespace Vibee.Server.Tests;

/// <summary>A runner that breaks after some evaluations.</summary>
internal sealed class Breaking(IModelRunner inner, int after) : IModelRunner
{
    private int _left = after;

    public ModelInfo Model => inner.Model;

    public ITokenizer Tokenizer => inner.Tokenizer;

    public RunnerCapacity Capacity => inner.Capacity;

    public ForwardResult Forward(Batch batch) =>
        _left-- > 0 ? inner.Forward(batch) : throw new RunnerException("The test broke it.");

    public Span<float> Logits(int index) => inner.Logits(index);

    public bool Fork(int source, int target, int length) => inner.Fork(source, target, length);

    public bool Truncate(int slot, int start) => inner.Truncate(slot, start);

    public byte[]? Save(int slot) => inner.Save(slot);

    public bool Restore(int slot, ReadOnlySpan<byte> state, int length) => inner.Restore(slot, state, length);

    public void Dispose() => inner.Dispose();
}
