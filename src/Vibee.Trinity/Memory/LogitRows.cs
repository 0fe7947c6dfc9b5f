using Vibee.Trinity.Kernels;

namespace Vibee.Trinity.Memory;

/// <summary>Logits, [vocabulary] per token that asked for them: room for as many as a batch may ask for.</summary>
internal sealed class LogitRows : IDisposable
{
    private readonly Arena _arena;

    public LogitRows(MemoryBudget budget, int vocabulary, int count)
    {
        var measure = Arena.Measure();
        _ = new Matrix(measure, count, vocabulary);
        _arena = new Arena(budget, "The logits", measure.Used);
        Rows = new Matrix(_arena, count, vocabulary);
    }

    public Matrix Rows { get; }

    public long Bytes => _arena.Size;

    public unsafe Span<float> Row(int row) => new(Rows.Column(row), Rows.Length);

    public void Dispose() => _arena.Dispose();
}
