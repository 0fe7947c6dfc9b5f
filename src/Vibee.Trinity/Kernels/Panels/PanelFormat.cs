using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>
/// Weights in panels: two registers of rows side by side, four neighbouring weights of a row in each lane, so that a lane
/// is a row and nothing is added across lanes. A panel is one stream; missing rows of the last one are zeros.
/// </summary>
internal abstract unsafe class PanelFormat
{
    private static readonly PanelFormat[] Widest =
        Vector512.IsHardwareAccelerated && Avx512BW.IsSupported ? Of<Lanes512, Vector512<byte>>()
        : Avx2.IsSupported ? Of<Lanes256, Vector256<byte>>()
        : Vector128.IsHardwareAccelerated ? Of<Lanes128, Vector128<byte>>()
        : [];

    /// <summary>Rows of this processor's panels; 0 where it has none.</summary>
    public static int WidestRows => Widest.Length == 0 ? 0 : Widest[0].Rows;

    /// <summary>Rows of a panel.</summary>
    public abstract int Rows { get; }

    /// <summary>Weights of which whole blocks are made.</summary>
    public abstract int BlockLength { get; }

    /// <summary>Bytes of a block of all rows of a panel.</summary>
    public abstract int BlockBytes { get; }

    protected abstract ReadOnlySpan<GgmlType> Types { get; }

    /// <summary>The panels for this processor and a matrix, or null where it is better left as it is.</summary>
    public static PanelFormat? Find(WeightFormat format, int columns) => Find(Widest, format, columns);

    /// <summary>All panels of a width of registers, which every processor can work with.</summary>
    internal static PanelFormat[] Of<TLanes, TV>() where TLanes : struct, ILanes<TV> where TV : struct =>
    [
        new SuperPanelFormat<TLanes, TV, TwoBitPanel<TLanes, TV>>(GgmlType.Q2_K),
        new SuperPanelFormat<TLanes, TV, ThreeBitPanel<TLanes, TV>>(GgmlType.Q3_K),
        new SuperPanelFormat<TLanes, TV, NibblePanel<TLanes, TV>>(GgmlType.Q4_K),
        new SuperPanelFormat<TLanes, TV, FiveBitPanel<TLanes, TV>>(GgmlType.Q5_K),
        new SuperPanelFormat<TLanes, TV, SixBitPanel<TLanes, TV>>(GgmlType.Q6_K),
        new SuperPanelFormat<TLanes, TV, TernaryPanel<TLanes, TV>>(GgmlType.TQ1_0, GgmlType.TQ2_0, GgmlType.I2_S),
        new SuperPanelFormat<TLanes, TV, LevelPanel<TLanes, TV>>(GgmlType.IQ4_XS),
        new BlockPanelFormat<TLanes, TV, ByteCodes<TLanes, TV>>(GgmlType.Q8_0, zero: 0),
        new BlockPanelFormat<TLanes, TV, NibblePanel<TLanes, TV>>(GgmlType.Q4_0, zero: 8),
        new BlockPanelFormat<TLanes, TV, NibblePanel<TLanes, TV>>(GgmlType.Q4_1, zero: 0),
        new BlockPanelFormat<TLanes, TV, FiveBitPanel<TLanes, TV>>(GgmlType.Q5_0, zero: 16),
        new BlockPanelFormat<TLanes, TV, FiveBitPanel<TLanes, TV>>(GgmlType.Q5_1, zero: 0),
        new BlockPanelFormat<TLanes, TV, LevelPanel<TLanes, TV>>(GgmlType.IQ4_NL, zero: 1),
    ];

    internal static PanelFormat? Find(PanelFormat[] panels, WeightFormat format, int columns) =>
        Array.Find(panels, panel => panel.Types.Contains(format.Type) && columns % panel.BlockLength == 0);

    /// <summary>Makes a panel.</summary>
    /// <param name="format">Of the rows.</param>
    /// <param name="source">The first row.</param>
    /// <param name="rowBytes">From one row to the next.</param>
    /// <param name="rows">At most <see cref="Rows"/>.</param>
    /// <param name="columns">Weights in a row.</param>
    /// <param name="row">To unpack a row into.</param>
    /// <param name="panel">Is overwritten.</param>
    public abstract void Pack(WeightFormat format, byte* source, long rowBytes, int rows, int columns, UnpackedRow row, byte* panel);

    /// <summary>
    /// Some panels times some columns: y[j][row] = weights[row] · x[inputs[j]] for each j.
    /// </summary>
    /// <param name="panels">The first.</param>
    /// <param name="rows">In all of them.</param>
    /// <param name="x">In the form of the weights.</param>
    /// <param name="inputs">Which column of x is the j-th; null for the j-th itself.</param>
    /// <param name="count">How many.</param>
    /// <param name="y">Outputs; the j-th begins at y + j · <paramref name="stride"/>.</param>
    /// <param name="stride">Floats.</param>
    public abstract void Multiply(byte* panels, int rows, Activations x, int* inputs, int count, float* y, long stride);
}
