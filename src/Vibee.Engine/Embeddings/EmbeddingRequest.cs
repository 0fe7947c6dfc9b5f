namespace Vibee.Engine.Embeddings;

/// <summary>Texts to be turned into vectors: made by a request, submitted to the <see cref="EmbeddingEngine"/>, done
/// when <see cref="Completion"/> is.</summary>
/// <remarks>Threads: any. What is internal belongs to the engine's thread once submitted.</remarks>
public sealed class EmbeddingRequest
{
    private readonly float[][] _vectors;

    // Whoever waits goes on elsewhere: the engine's thread has other work.
    private readonly TaskCompletionSource<FinishReason> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="inputs">At least one, each of 1 to <see cref="EmbeddingCapacity.ContextLength"/> tokens.</param>
    public EmbeddingRequest(IReadOnlyList<int[]> inputs)
    {
        ArgumentOutOfRangeException.ThrowIfZero(inputs.Count, nameof(inputs));
        Inputs = inputs;
        _vectors = new float[inputs.Count][];
    }

    public IReadOnlyList<int[]> Inputs { get; }

    /// <summary>The vectors in the order of the inputs; all of them once <see cref="Completion"/> says
    /// <see cref="FinishReason.Stop"/>.</summary>
    public IReadOnlyList<float[]> Vectors => _vectors;

    /// <summary>How it ended: <see cref="FinishReason.Stop"/>, <see cref="FinishReason.Cancelled"/> or
    /// <see cref="FinishReason.Failed"/>. Never faults.</summary>
    public Task<FinishReason> Completion => _completion.Task;

    /// <summary>Of a failure: one sentence, safe to show to a client.</summary>
    public string? Error { get; private set; }

    /// <summary>Ends the request now; the engine drops what is left of it when its turn comes.</summary>
    public void Cancel() => _completion.TrySetResult(FinishReason.Cancelled);

    /// <summary>Inputs that the engine has taken up.</summary>
    internal int Taken { get; set; }

    internal bool HasEnded => _completion.Task.IsCompleted;

    internal void Set(int input, ReadOnlySpan<float> vector)
    {
        _vectors[input] = vector.ToArray();
        if (input == Inputs.Count - 1) // the engine takes them in order
            _completion.TrySetResult(FinishReason.Stop);
    }

    internal void Fail(string error)
    {
        Error = error;
        _completion.TrySetResult(FinishReason.Failed);
    }
}
