using System.Runtime.CompilerServices;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Panels in blocks of 256.</summary>
/// <param name="types">What can be packed so.</param>
internal sealed unsafe class SuperPanelFormat<TLanes, TV, TPanel>(params GgmlType[] types) : TiledPanelFormat<SuperColumn>
    where TLanes : struct, ILanes<TV>
    where TV : struct
    where TPanel : struct, ISuperPanel<TLanes, TV>
{
    public override int Rows => 2 * TLanes.Count;

    public override int BlockLength => Activations.SuperBlock;

    public override int BlockBytes => SuperBlock<TLanes, TV, TPanel>.Size;

    protected override ReadOnlySpan<GgmlType> Types => types;

    public override void Pack(WeightFormat format, byte* source, long rowBytes, int rows, int columns, UnpackedRow row, byte* panel)
    {
        if (rows < Rows)
            new Span<byte>(panel, columns / BlockLength * BlockBytes).Clear();
        for (var r = 0; r < rows; r++)
        {
            format.Unpack(source + r * rowBytes, columns, row);
            if (TPanel.Zero > 0)
                Vectors.AddBytes(TPanel.Zero, row.Quants, columns);
            for (var block = 0; block < columns / BlockLength; block++)
                PackBlock(row, block, r, panel + (long)block * BlockBytes);
        }
    }

    protected override SuperColumn Column(Activations x, int index) => x.SuperColumn(index, TPanel.ScaleLength == 16);

    protected override void One(byte* panel, int blocks, SuperColumn* x, float* y) =>
        SuperTile<TLanes, TV, TPanel>.One(panel, blocks, x, y);

    protected override void Four(byte* panel, int blocks, SuperColumn* x, float* y)
    {
        if (TPanel.SumGroups <= 2)
            SuperTile<TLanes, TV, TPanel>.FourApart(panel, blocks, x, y);
        else
            SuperTile<TLanes, TV, TPanel>.Four(panel, blocks, x, y);
    }

    // Loading is over before a method that is called so often would be compiled well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
