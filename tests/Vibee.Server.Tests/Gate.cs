using Vibee.Engine;

namespace Vibee.Server.Tests;

/// <summary>A runner whose evaluations wait until they are let through.</summary>
internal sealed class Gate(IModelRunner inner) : IModelRunner
{
    private readonly SemaphoreSlim _permits = new(0);
    private volatile bool _isOpen;
    private volatile bool _isWaiting;

    /// <summary>Whether the engine stands before the gate.</summary>
    public bool IsWaiting => _isWaiting;

    public ModelInfo Model => inner.Model;

    public ITokenizer Tokenizer => inner.Tokenizer;

    public RunnerCapacity Capacity => inner.Capacity;

    /// <summary>Lets some evaluations through.</summary>
    public void Permit(int count) => _permits.Release(count);

    /// <summary>Lets everything through from now on.</summary>
    public void Open()
    {
        _isOpen = true;
        _permits.Release();
    }

    public ForwardResult Forward(Batch batch)
    {
        if (!_isOpen)
        {
            _isWaiting = true;
            _permits.Wait();
            _isWaiting = false;
        }

        return inner.Forward(batch);
    }

    public Span<float> Logits(int index) => inner.Logits(index);

    public bool Fork(int source, int target, int length) => inner.Fork(source, target, length);

    public bool Truncate(int slot, int start) => inner.Truncate(slot, start);

    public byte[]? Save(int slot) => inner.Save(slot);

    public bool Restore(int slot, ReadOnlySpan<byte> state, int length) => inner.Restore(slot, state, length);

    public void Dispose() => inner.Dispose();
}
