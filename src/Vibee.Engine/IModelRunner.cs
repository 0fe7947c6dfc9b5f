namespace Vibee.Engine;

/// <summary>
/// The seam between the engine and whatever evaluates a transformer: llama.cpp, Trinity, or a script.
/// Everything above it (scheduling, prefix cache, sampling, grammars, stop strings) exists once, for every runner.
/// </summary>
/// <remarks>
/// <para>Threads: <see cref="Model"/>, <see cref="Tokenizer"/> and <see cref="Capacity"/> may be read from any
/// thread for as long as the runner is not disposed. Every other member belongs to the one thread that owns the
/// runner, the engine's; there is no lock.</para>
/// <para>Ownership: the KV cache belongs to the runner and is addressed by slot and position. A slot is a parallel
/// lane numbered from 0 to <see cref="RunnerCapacity.Slots"/> − 1; positions within it start at 0 and are
/// contiguous. The caller keeps track of what it has evaluated.</para>
/// </remarks>
public interface IModelRunner : IDisposable
{
    /// <summary>What the model file says about itself. Constant.</summary>
    ModelInfo Model { get; }

    /// <summary>The model's tokenizer. Safe for concurrent use; lives as long as the runner.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>How much the runner can hold and evaluate at once. Constant.</summary>
    RunnerCapacity Capacity { get; }

    /// <summary>What the runner holds at this moment, or null if it does not keep count. From any thread, also after it
    /// was disposed.</summary>
    RunnerMemory? MemoryUse => null;

    /// <summary>When <see cref="Forward"/>, which may take long, last got on with its work, in
    /// <see cref="System.Diagnostics.Stopwatch"/> ticks; 0 if the runner cannot tell. From any thread, also after it was
    /// disposed.</summary>
    long LastProgress => 0;

    /// <summary>
    /// Evaluates the tokens of <paramref name="batch"/>, at most <see cref="RunnerCapacity.BatchTokens"/>, and
    /// stores their keys and values. Tokens of one slot must continue it without a gap, in ascending order.
    /// </summary>
    /// <returns>
    /// <see cref="ForwardResult.CacheFull"/> when the KV cache has no room for the whole batch: then nothing was
    /// evaluated or stored, and the caller may free cells and try again.
    /// </returns>
    /// <exception cref="RunnerException">The runner failed and its state is unknown; it must be disposed.</exception>
    ForwardResult Forward(Batch batch);

    /// <summary>
    /// The logits, one per token of the vocabulary, that followed the token at <paramref name="index"/> of the
    /// last batch, which must have asked for them. The memory is the runner's, writable by the caller (so that a
    /// sampler needs no copy), and valid until the next <see cref="Forward"/>.
    /// </summary>
    Span<float> Logits(int index);

    /// <summary>
    /// Makes slot <paramref name="target"/>, which must be empty, share the first <paramref name="length"/>
    /// positions of <paramref name="source"/>. No cell is copied: both slots refer to the same cells until each
    /// removes them, and either may be continued on its own.
    /// </summary>
    /// <returns>False when this model can share only the whole of a slot (recurrent state): then nothing was
    /// changed.</returns>
    bool Fork(int source, int target, int length);

    /// <summary>
    /// Forgets the positions of <paramref name="slot"/> from <paramref name="start"/> to its end; cells that no
    /// other slot shares become free. <paramref name="start"/> 0 empties the slot and always succeeds.
    /// </summary>
    /// <returns>False when this model cannot forget a part (recurrent state): then nothing was changed.</returns>
    bool Truncate(int slot, int start);

    /// <summary>The contents of <paramref name="slot"/> in a form that <see cref="Restore"/> reads back on a runner
    /// with the same model and settings, or null where it is too large for an array or cannot be had. The format is the
    /// runner's own; the caller guards its integrity.</summary>
    byte[]? Save(int slot);

    /// <summary>Fills the empty slot <paramref name="slot"/> with what <see cref="Save"/> returned.</summary>
    /// <returns>False when the state is not of <paramref name="length"/> positions, or does not fit this runner or its free
    /// cells; the slot is then empty.</returns>
    bool Restore(int slot, ReadOnlySpan<byte> state, int length);
}

/// <summary>The outcome of <see cref="IModelRunner.Forward"/>.</summary>
public enum ForwardResult
{
    /// <summary>Every token was evaluated and its keys and values stored.</summary>
    Done,

    /// <summary>The KV cache had no room; nothing changed.</summary>
    CacheFull,
}

/// <param name="Slots">Parallel lanes, at least 1.</param>
/// <param name="BatchTokens">The most tokens one <see cref="IModelRunner.Forward"/> takes, at least 1.</param>
/// <param name="ContextLength">The most positions one slot may hold.</param>
/// <param name="KvCells">Positions the KV cache holds for all slots together; shared ones count once.</param>
public sealed record RunnerCapacity(int Slots, int BatchTokens, int ContextLength, int KvCells)
{
    /// <summary>The most tokens of one batch that may want logits; at least one for each slot that is evaluated.</summary>
    public int BatchLogits { get; init; } = Math.Min(Slots, BatchTokens);

    /// <summary>Whether any prefix of a slot can be forked; not so with a recurrent state, which is one sum over all
    /// positions.</summary>
    public bool SharesPrefixes { get; init; } = true;

    /// <summary>Names what <see cref="IModelRunner.Save"/> writes. Runners of one model that name the same can restore each
    /// other's states.</summary>
    public string StateFormat { get; init; } = "";
}

/// <summary>A runner that can no longer be used, or a model that it cannot run. The message is written for a user.</summary>
public sealed class RunnerException : Exception
{
    public RunnerException(string message) : base(message) { }

    public RunnerException(string message, Exception inner) : base(message, inner) { }
}
