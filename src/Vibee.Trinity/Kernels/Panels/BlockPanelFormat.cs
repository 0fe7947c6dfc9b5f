using System.Runtime.CompilerServices;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Panels in blocks of 32.</summary>
/// <param name="type">What can be packed so.</param>
/// <param name="zero">What is taken from codes to have weights.</param>
internal sealed unsafe class BlockPanelFormat<TLanes, TV, TCodes>(GgmlType type, int zero) : TiledPanelFormat<BlockColumn>
    where TLanes : struct, ILanes<TV>
    where TV : struct
    where TCodes : struct, ICodes<TLanes, TV>
{
    private readonly GgmlType[] _types = [type];
    private readonly bool _hasOffsets = WeightFormat.Find(type)!.HasOffsets;

    public override int Rows => 2 * TLanes.Count;

    public override int BlockLength => Activations.Block;

    public override int BlockBytes => BlockTile<TLanes, TV, TCodes>.Size(_hasOffsets);

    protected override ReadOnlySpan<GgmlType> Types => _types;

    // Loading is over before a method that is called so often would be compiled well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Pack(WeightFormat format, byte* source, long rowBytes, int rows, int columns, UnpackedRow row, byte* panel)
    {
        if (rows < Rows)
            new Span<byte>(panel, columns / BlockLength * BlockBytes).Clear();
        for (var r = 0; r < rows; r++)
        {
            format.Unpack(source + r * rowBytes, columns, row);
            if (zero > 0)
                Vectors.AddBytes(zero, row.Quants, columns);
            for (var block = 0; block < columns / BlockLength; block++)
            {
                var target = panel + (long)block * BlockBytes;
                TCodes.Pack((uint*)(row.Quants + block * BlockLength), target, r);
                // They come from 16 bits: nothing is lost.
                var halves = (Half*)(target + BlockTile<TLanes, TV, TCodes>.UnitBytes) + r;
                halves[0] = (Half)row.Scales[block];
                if (_hasOffsets)
                    halves[Rows] = (Half)row.Offsets[block];
            }
        }
    }

    protected override BlockColumn Column(Activations x, int index) => x.BlockColumn(index);

    protected override void One(byte* panel, int blocks, BlockColumn* x, float* y) =>
        BlockTile<TLanes, TV, TCodes>.One(panel, blocks, zero, _hasOffsets, x, y);

    protected override void Four(byte* panel, int blocks, BlockColumn* x, float* y) =>
        BlockTile<TLanes, TV, TCodes>.Four(panel, blocks, zero, _hasOffsets, x, y);
}
