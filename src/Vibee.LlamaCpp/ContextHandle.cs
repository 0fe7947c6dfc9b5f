using Vibee.Engine;

namespace Vibee.LlamaCpp;

/// <summary>What evaluates a model, and owns all of it: the model, a context, the threads that compute, and the memory
/// that batches are handed over in. Belongs to the thread of its runner.</summary>
internal sealed unsafe class ContextHandle : IDisposable
{
    private readonly ModelHandle _model;
    private readonly ComputeThreads? _threads;
    private readonly TokenBatch _batch;
    private readonly Pulse _pulse = new();

    /// <summary>Becomes the owner of all that is passed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pointer">A context made for it.</param>
    /// <param name="threads">Attached to that context.</param>
    /// <param name="batchTokens">The most tokens of one batch.</param>
    public ContextHandle(ModelHandle model, nint pointer, ComputeThreads? threads, int batchTokens)
    {
        _model = model;
        Pointer = pointer;
        _threads = threads;
        Memory = NativeMethods.llama_get_memory(pointer);
        _batch = new TokenBatch(batchTokens);
        _pulse.AttachTo(pointer);
    }

    /// <summary>As <see cref="IModelRunner.LastProgress"/>.</summary>
    public long LastProgress => _pulse.LastBeat;

    /// <summary>0 once disposed.</summary>
    public nint Pointer { get; private set; }

    /// <summary>The KV cache; 0 in an encoder, which has none.</summary>
    public nint Memory { get; }

    /// <summary>Evaluates a batch.</summary>
    /// <returns>What llama.cpp says of it; 0 is success.</returns>
    public int Decode(Batch batch) => NativeMethods.llama_decode(Pointer, _batch.Fill(batch));

    public void Dispose()
    {
        if (Pointer == 0)
            return;
        NativeMethods.llama_free(Pointer);
        Pointer = 0;
        _threads?.Dispose();
        _model.Dispose();
        _batch.Dispose();
    }
}
