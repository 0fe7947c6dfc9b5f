using System.Globalization;
using Vibee.Engine;

namespace Vibee.Trinity.Memory;

/// <summary>
/// What the engine may hold, and what it holds: every large piece of memory is asked for here, by name, before it is
/// allocated, so that a model that does not fit is refused with a sentence instead of by the operating system.
/// </summary>
/// <remarks>Used by one thread while loading and unloading; <see cref="Pieces"/> may be read from any.</remarks>
public sealed class MemoryBudget
{
    private MemoryPiece[] _pieces = [];

    /// <param name="limit">Bytes; null for no limit.</param>
    public MemoryBudget(long? limit = null) => Limit = limit;

    /// <summary>Bytes; null for no limit.</summary>
    public long? Limit { get; }

    /// <summary>Everything held, in the order it was asked for. Exact: the bytes of each allocation or mapping.</summary>
    public IReadOnlyList<MemoryPiece> Pieces => _pieces;

    /// <summary>Bytes held.</summary>
    public long Used => _pieces.Sum(piece => piece.Bytes);

    /// <summary>Books memory that is about to be allocated or mapped.</summary>
    /// <exception cref="RunnerException">It does not fit; nothing was booked.</exception>
    internal MemoryPiece Reserve(string purpose, long bytes)
    {
        if (Limit is { } limit && bytes > limit - Used)
        {
            throw new RunnerException(
                $"{purpose} would take {Megabytes(bytes)}, and {Megabytes(Math.Max(0, limit - Used))} of the " +
                $"{Megabytes(limit)} allowed (--memory) are left. Allow more, or choose a smaller --ctx or fewer slots.");
        }

        var piece = new MemoryPiece(purpose, bytes);
        _pieces = [.. _pieces, piece];
        return piece;
    }

    internal void Release(MemoryPiece piece) => _pieces = [.. _pieces.Where(held => !ReferenceEquals(held, piece))];

    internal static string Megabytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}

/// <param name="Purpose">Weights, KV cache, scratch.</param>
/// <param name="Bytes">Its size.</param>
public sealed record MemoryPiece(string Purpose, long Bytes);
