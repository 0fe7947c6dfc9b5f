using System.Runtime.InteropServices;
using Vibee.Engine;

namespace Vibee.Trinity.Memory;

/// <summary>
/// One piece of native memory from which buffers are cut, once, when a model is loaded. What lays out its buffers runs
/// twice: first on a <see cref="Measure"/>, which only counts, then on an arena of exactly that size.
/// </summary>
/// <remarks>Native, not managed: buffers need 64-byte alignment (a cache line, and the widest vector), are longer than
/// an array may be, and must not move under the kernels' pointers.</remarks>
internal sealed unsafe class Arena : IDisposable
{
    /// <summary>Of every piece: a cache line, and the widest vector.</summary>
    public const int Alignment = 64;

    // Of most processors that have larger ones than 4 KB.
    private const int LargePage = 2 << 20;

    private readonly MemoryBudget? _budget;
    private readonly MemoryPiece? _piece;
    private byte* _start;

    private Arena()
    {
    }

    /// <param name="budget">Asked first.</param>
    /// <param name="purpose">For the budget.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="isStreamed">Whether what is used of it is read in long runs, again and again: then large pages are worth
    /// it, which take memory that nobody touched.</param>
    public Arena(MemoryBudget budget, string purpose, long size, bool isStreamed = false)
    {
        _budget = budget;
        _piece = budget.Reserve(purpose, size);
        Size = size;
        try
        {
            var isLarge = isStreamed && size >= LargePage;
            _start = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(size, Alignment), (nuint)(isLarge ? LargePage : Alignment));
            if (isLarge)
                Pages.PreferLarge(_start, size);
        }
        catch (OutOfMemoryException exception)
        {
            budget.Release(_piece);
            throw new RunnerException($"{purpose} would take {MemoryBudget.Megabytes(size)}, which the system does not have.", exception);
        }
    }

    public long Size { get; }

    public long Used { get; private set; }

    /// <summary>An arena without memory, which hands out null and counts.</summary>
    public static Arena Measure() => new();

    /// <summary>Room for <paramref name="count"/> values, aligned; not cleared, so that pages nobody touches cost nothing.</summary>
    public T* Take<T>(long count) where T : unmanaged
    {
        var bytes = (checked(count * sizeof(T)) + Alignment - 1) / Alignment * Alignment;
        var offset = Used;
        Used += bytes;
        if (_start is null)
            return null;
        if (Used > Size)
            throw new InvalidOperationException("The arena is smaller than what was measured.");
        return (T*)(_start + offset);
    }

    public void Dispose()
    {
        if (_start is null)
            return;
        NativeMemory.AlignedFree(_start);
        _start = null;
        _budget!.Release(_piece!);
    }
}
