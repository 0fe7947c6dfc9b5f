using Vibee.Gguf;
using Vibee.Trinity.Kernels.Panels;

namespace Vibee.Trinity.Kernels;

/// <summary>
/// A matrix of weights: <see cref="Rows"/> outputs of <see cref="Columns"/> inputs each, where the file holds it, until
/// <see cref="Pack"/> makes panels of it.
/// </summary>
/// <param name="format">How the file stores a row.</param>
/// <param name="data">The first row, in a mapping that outlives this.</param>
/// <param name="rows">Outputs.</param>
/// <param name="columns">Inputs; whole blocks of the format.</param>
internal sealed unsafe class WeightMatrix(WeightFormat format, byte* data, int rows, int columns)
{
    // Outputs of a cache line.
    private const int LineRows = 16;

    private readonly long _rowBytes = (long)columns / format.Type.BlockSize() * format.Type.TypeSize();
    private readonly PanelFormat? _panelFormat = PanelFormat.Find(format, columns);
    private byte* _panels;

    public int Rows => rows;

    public int Columns => columns;

    public WeightFormat Format => format;

    public byte* Data => data;

    /// <summary>In the file.</summary>
    public long Bytes => rows * _rowBytes;

    /// <summary>What its panels take; 0 where there are none for its format.</summary>
    public long PackedBytes => _panelFormat is null ? 0 : Panels(rows) * PanelBytes;

    /// <summary>Rows that are best not shared out to different workers.</summary>
    public int Granule => Math.Max(LineRows, _panelFormat?.Rows ?? 1);

    private long PanelBytes => (long)columns / _panelFormat!.BlockLength * _panelFormat.BlockBytes;

    /// <summary>Rows <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> − 1 as a matrix of their own.</summary>
    public WeightMatrix Slice(int start, int count) => new(format, data + start * _rowBytes, count, columns);

    /// <summary>One row as floats, from the file.</summary>
    public void Read(int row, Workbench bench, float* target) => format.Dequantize(data + row * _rowBytes, columns, bench.Row, target);

    /// <summary>Copies some rows into panels.</summary>
    /// <param name="row">To unpack rows into.</param>
    /// <param name="share">Rows from, to (exclusive), in <see cref="Granule"/>s.</param>
    /// <param name="panels">Of the whole matrix, <see cref="PackedBytes"/>.</param>
    public void Pack(UnpackedRow row, (int Start, int End) share, byte* panels)
    {
        ArgumentNullException.ThrowIfNull(_panelFormat);
        for (var first = share.Start; first < share.End; first += _panelFormat.Rows)
        {
            var count = Math.Min(_panelFormat.Rows, share.End - first);
            _panelFormat.Pack(format, data + first * _rowBytes, _rowBytes, count, columns, row, panels + first / _panelFormat.Rows * PanelBytes);
        }
    }

    /// <summary>From now on products read these.</summary>
    public void Use(byte* panels) => _panels = panels;

    /// <summary>
    /// Some rows times some columns: y[j][row] = weights[row] · x[inputs[j]] for each j, unscaled.
    /// </summary>
    /// <param name="bench">The worker's own buffers.</param>
    /// <param name="share">Rows from, to (exclusive), in <see cref="Granule"/>s.</param>
    /// <param name="x">Quantized to <see cref="WeightFormat.Form"/>.</param>
    /// <param name="inputs">Which column of x is the j-th; null for the j-th itself.</param>
    /// <param name="count">How many.</param>
    /// <param name="y">Outputs; the j-th begins at y + j · <paramref name="stride"/>.</param>
    /// <param name="stride">Floats.</param>
    public void Multiply(Workbench bench, (int Start, int End) share, Activations x, int* inputs, int count, float* y, long stride)
    {
        if (_panels is not null)
        {
            var panels = _panels + share.Start / _panelFormat!.Rows * PanelBytes;
            _panelFormat.Multiply(panels, share.End - share.Start, x, inputs, count, y + share.Start, stride);
            return;
        }

        format.Multiply(bench.Row, data + share.Start * _rowBytes, _rowBytes, share.End - share.Start, columns, x, inputs, count, y + share.Start, stride);
    }

    private long Panels(int count) => (count + _panelFormat!.Rows - 1L) / _panelFormat.Rows;
}
