using Vibee.Trinity.Kernels;

namespace Vibee.Trinity.Memory;

/// <summary>
/// Logits, [vocabulary] per token that asked for them. Room for one token per slot is made at once; a batch that wants
/// more (a draft to be verified) makes room for itself, once.
/// </summary>
internal sealed class LogitRows : IDisposable
{
    private readonly MemoryBudget _budget;
    private readonly int _vocabulary;
    private Arena _arena;
    private Matrix _rows;
    private int _count;

    public LogitRows(MemoryBudget budget, int vocabulary, int count)
    {
        _budget = budget;
        _vocabulary = vocabulary;
        (_arena, _rows) = Make(count);
    }

    public long Bytes => _arena.Size;

    public Matrix Rows(int count)
    {
        if (count > _count)
        {
            _arena.Dispose();
            (_arena, _rows) = Make(Math.Max(count, 2 * _count));
        }

        return _rows;
    }

    public unsafe Span<float> Row(int row) => new(_rows.Column(row), _vocabulary);

    public void Dispose() => _arena.Dispose();

    private (Arena Arena, Matrix Rows) Make(int count)
    {
        var measure = Arena.Measure();
        _ = new Matrix(measure, count, _vocabulary);
        var arena = new Arena(_budget, "The logits", measure.Used);
        _count = count;
        return (arena, new Matrix(arena, count, _vocabulary));
    }
}
