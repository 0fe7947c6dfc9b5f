using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Panels in blocks of 256.</summary>
/// <param name="types">What can be packed so.</param>
internal sealed unsafe class SuperPanelFormat<TLanes, TV, TPanel>(params GgmlType[] types) : PanelFormat
    where TLanes : struct, ILanes<TV>
    where TV : struct
    where TPanel : struct, ISuperPanel<TLanes, TV>
{
    // Activations that stay in the second cache while all panels pass over them.
    private const int BytesPerPass = 192 << 10;

    public override int Rows => 2 * TLanes.Count;

    public override int BlockLength => Activations.SuperBlock;

    public override int BlockBytes => SuperBlock<TLanes, TV, TPanel>.Size;

    protected override ReadOnlySpan<GgmlType> Types => types;

    public override void Pack(WeightFormat format, byte* source, long rowBytes, int rows, int columns, UnpackedRow row, byte* panel)
    {
        new Span<byte>(panel, columns / BlockLength * BlockBytes).Clear();
        for (var r = 0; r < rows; r++)
        {
            format.Unpack(source + r * rowBytes, columns, row);
            for (var i = 0; i < columns; i++)
                row.Quants[i] += (sbyte)TPanel.Zero;
            for (var block = 0; block < columns / BlockLength; block++)
                PackBlock(row, block, r, panel + (long)block * BlockBytes);
        }
    }

    public override void Multiply(byte* panels, int rows, Activations x, int* inputs, int count, float* y, long stride)
    {
        var blocks = x.Length / BlockLength;
        var pass = Math.Max(4, BytesPerPass / x.Length & ~3);
        var columns = stackalloc SuperColumn[4];
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
                        var j = first + Math.Min(i, width - 1);
                        columns[i] = x.SuperColumn(inputs is null ? j : inputs[j], TPanel.ScaleLength == 16);
                    }

                    new Span<float>(results, 4 * Rows).Clear();
                    if (width == 1)
                        SuperTile<TLanes, TV, TPanel>.One(panel, blocks, columns, results);
                    else
                        SuperTile<TLanes, TV, TPanel>.Four(panel, blocks, columns, results);
                    var used = Math.Min(Rows, rows - row);
                    for (var i = 0; i < width; i++)
                        new ReadOnlySpan<float>(results + i * Rows, used).CopyTo(new Span<float>(y + (first + i) * stride + row, used));
                }
            }
        }
    }

    private static void PackBlock(UnpackedRow row, int block, int r, byte* panel)
    {
        var codes = (uint*)(row.Quants + block * Activations.SuperBlock);
        for (var group = 0; group < Activations.SuperBlock / 4; group += TPanel.UnitGroups)
            TPanel.Pack(codes + group, panel + group / TPanel.UnitGroups * SuperBlock<TLanes, TV, TPanel>.UnitBytes, r);

        var floats = (float*)(panel + SuperBlock<TLanes, TV, TPanel>.FloatsAt) + r;
        floats[0] = row.Scales[block];
        if (TPanel.HasOffsets)
            floats[2 * TLanes.Count] = -row.Offsets[block];
        if (!SuperBlock<TLanes, TV, TPanel>.HasScales)
            return;
        const int subs = Activations.SuperBlock / Activations.SubBlock;
        var step = TPanel.ScaleLength / Activations.SubBlock;
        for (var sub = 0; sub < subs; sub += step)
        {
            var at = (sub / step / 2 * 2 * TLanes.Count + r) * 2 + sub / step % 2;
            panel[SuperBlock<TLanes, TV, TPanel>.ScalesAt + at] = (byte)row.SubScales[block * subs + sub];
            if (TPanel.HasOffsets)
                panel[SuperBlock<TLanes, TV, TPanel>.OffsetsAt + at] = (byte)row.SubOffsets[block * subs + sub];
        }
    }
}
