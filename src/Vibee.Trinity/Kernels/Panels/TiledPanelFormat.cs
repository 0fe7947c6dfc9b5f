using System.Runtime.CompilerServices;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Walks over panels and columns in tiles.</summary>
/// <typeparam name="TColumn">Activations as the tiles read them.</typeparam>
internal abstract unsafe class TiledPanelFormat<TColumn> : PanelFormat where TColumn : unmanaged
{
    // Activations that stay in the second cache while all panels pass over them.
    private const int BytesPerPass = 192 << 10;

    [SkipLocalsInit]
    public override void Multiply(byte* panels, int rows, Activations x, int* inputs, int count, float* y, long stride)
    {
        var blocks = x.Length / BlockLength;
        var pass = Math.Max(4, BytesPerPass / x.Length & ~3);
        var columns = stackalloc TColumn[4];
        var results = stackalloc float[4 * Rows];
        for (var start = 0; start < count; start += pass)
        {
            var end = Math.Min(count, start + pass);
            for (var row = 0; row < rows; row += Rows)
            {
                var panel = panels + (long)(row / Rows) * blocks * BlockBytes;
                for (var first = start; first < end; first += 4)
                {
                    var width = Math.Min(4, end - first);
                    for (var i = 0; i < 4; i++)
                    {
                        // The last one again where there are not four.
                        var j = first + Math.Min(i, width - 1);
                        columns[i] = Column(x, inputs is null ? j : inputs[j]);
                    }

                    new Span<float>(results, 4 * Rows).Clear();
                    if (width == 1)
                        One(panel, blocks, columns, results);
                    else
                        Four(panel, blocks, columns, results);
                    var used = Math.Min(Rows, rows - row);
                    for (var i = 0; i < width; i++)
                        new ReadOnlySpan<float>(results + i * Rows, used).CopyTo(new Span<float>(y + (first + i) * stride + row, used));
                }
            }
        }
    }

    protected abstract TColumn Column(Activations x, int index);

    /// <summary>A panel times a column: adds a result for each row.</summary>
    protected abstract void One(byte* panel, int blocks, TColumn* x, float* y);

    /// <summary>A panel times four columns: adds results column by column.</summary>
    protected abstract void Four(byte* panel, int blocks, TColumn* x, float* y);
}
