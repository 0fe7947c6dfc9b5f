using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vibee.Trinity.Kernels;

namespace Vibee.Trinity.Ternary;

/// <summary>
/// Products of ternary weights (rows of TQ2_0 blocks) with int8 activations. The sum over a block is an exact
/// integer and blocks are added up in order with separate multiplications and additions, so that every instruction
/// set gives the same bits.
/// </summary>
internal static unsafe partial class TernaryProduct
{
    // Columns whose activations stay in the first two cache levels while all rows pass over them: 32 columns of
    // 4096 values are 128 KB.
    private const int ColumnsPerPass = 32;

    /// <summary>
    /// One block (256 weights) of four pairs of row and column at once: the sums of code × activation, where a code is
    /// the weight plus one. Sums stay under 2^18 and 16-bit lanes under 2^14, whatever the bytes are.
    /// </summary>
    private interface IBlockKernel
    {
        /// <summary>Four rows, <paramref name="rowSize"/> bytes apart, with one column.</summary>
        static abstract Vector128<int> FourRows(byte* codes, nint rowSize, sbyte* activations);

        /// <summary>One row with four columns, <paramref name="columnSize"/> bytes apart.</summary>
        static abstract Vector128<int> FourColumns(byte* codes, sbyte* activations, nint columnSize);
    }

    /// <summary>The widest path of this machine.</summary>
    public static TernaryPath Best =>
        Vector512.IsHardwareAccelerated ? TernaryPath.Vector512
        : Vector256.IsHardwareAccelerated ? TernaryPath.Vector256
        : Vector128.IsHardwareAccelerated ? TernaryPath.Vector128
        : TernaryPath.Scalar;

    /// <summary>
    /// y[c × stride + r] = Σₖ weight[r, k] × activation[inputs[c], k] for every row of <paramref name="weights"/> and each of
    /// the columns; where <paramref name="inputs"/> is null, column c itself. To use several threads, give each some rows and
    /// the outputs from its first row on. Every path runs on every machine.
    /// </summary>
    public static void Multiply(byte* weights, int rows, in TernaryColumns x, int* inputs, int columns, float* y, nint stride, TernaryPath path)
    {
        switch (path)
        {
            case TernaryPath.Vector512: Run<LaneKernel<Lanes512, Vector512<short>, Vector512<ushort>, Vector512<sbyte>>>(weights, rows, x, inputs, columns, y, stride); break;
            case TernaryPath.Vector256: Run<LaneKernel<Lanes256, Vector256<short>, Vector256<ushort>, Vector256<sbyte>>>(weights, rows, x, inputs, columns, y, stride); break;
            case TernaryPath.Vector128: Run<LaneKernel<Lanes128, Vector128<short>, Vector128<ushort>, Vector128<sbyte>>>(weights, rows, x, inputs, columns, y, stride); break;
            default: Run<ScalarKernel>(weights, rows, x, inputs, columns, y, stride); break;
        }
    }

    private static void Run<TKernel>(byte* weights, int rows, in TernaryColumns x, int* inputs, int columns, float* y, nint stride)
        where TKernel : IBlockKernel
    {
        var tiled = inputs is null ? columns & ~3 : 0;
        for (var pass = 0; pass < tiled; pass += ColumnsPerPass)
        {
            var end = Math.Min(tiled, pass + ColumnsPerPass);
            for (var r = 0; r < rows; r++)
            {
                for (var c = pass; c < end; c += 4)
                    OneByFour<TKernel>(weights + r * x.RowSize, x, c, y + c * stride + r, stride);
            }
        }

        for (var c = tiled; c < columns; c++)
        {
            for (var r = 0; r < rows; r += 4)
                FourByOne<TKernel>(weights + r * x.RowSize, Math.Min(4, rows - r), x, inputs is null ? c : inputs[c], y + c * stride + r);
        }
    }

    /// <summary>Activations as int8, with one scale per 256 of a column and the sum of each 256, which is taken away because
    /// weights are stored plus one.</summary>
    /// <param name="values">[column][length]</param>
    /// <param name="scales">[block][columnStride]</param>
    /// <param name="sums">Likewise.</param>
    /// <param name="length">Values from one column to the next.</param>
    /// <param name="columnStride">Columns, a multiple of 4.</param>
    /// <param name="blocks">Of each column.</param>
    public readonly struct TernaryColumns(sbyte* values, float* scales, int* sums, int length, int columnStride, int blocks)
    {
        public readonly int Length = length;
        public readonly int Blocks = blocks;
        public readonly nint RowSize = (nint)blocks * Tq2.BlockSize;

        public sbyte* Values(int column, int block) => values + (nint)column * Length + block * TernaryBlock.Length;

        public float* Scales(int column, int block) => scales + (nint)block * columnStride + column;

        public int* Sums(int column, int block) => sums + (nint)block * columnStride + column;
    }

    private static void OneByFour<TKernel>(byte* row, in TernaryColumns x, int column, float* y, nint stride)
        where TKernel : IBlockKernel
    {
        var total = Vector128<float>.Zero;
        for (var b = 0; b < x.Blocks; b++, row += Tq2.BlockSize)
        {
            var dots = TKernel.FourColumns(row, x.Values(column, b), x.Length) - Vector128.Load(x.Sums(column, b));
            total += Vector128.ConvertToSingle(dots) * (Vector128.Load(x.Scales(column, b)) * Scale(row));
        }

        for (var i = 0; i < 4; i++)
            y[(nint)i * stride] = total[i];
    }

    /// <summary>Four rows, or with <paramref name="rows"/> under four the first row four times for each of them.</summary>
    private static void FourByOne<TKernel>(byte* row, int rows, in TernaryColumns x, int column, float* y)
        where TKernel : IBlockKernel
    {
        if (rows < 4)
        {
            for (var r = 0; r < rows; r++)
                y[r] = FourByOne<TKernel>(row + r * x.RowSize, 0, x, column)[0];
            return;
        }

        FourByOne<TKernel>(row, x.RowSize, x, column).Store(y);
    }

    private static Vector128<float> FourByOne<TKernel>(byte* row, nint rowSize, in TernaryColumns x, int column)
        where TKernel : IBlockKernel
    {
        var total = Vector128<float>.Zero;
        for (var b = 0; b < x.Blocks; b++, row += Tq2.BlockSize)
        {
            var dots = TKernel.FourRows(row, rowSize, x.Values(column, b)) - Vector128.Create(*x.Sums(column, b));
            var scales = Scales(row, rowSize);
            total += Vector128.ConvertToSingle(dots) * (scales * *x.Scales(column, b));
        }

        return total;
    }

    /// <summary>Of four rows, converted together: one by one they would take as long as the products.</summary>
    private static Vector128<float> Scales(byte* block, nint rowSize)
    {
        if (!Vector128.IsHardwareAccelerated)
            return Vector128.Create(Scale(block), Scale(block + rowSize), Scale(block + 2 * rowSize), Scale(block + 3 * rowSize));
        var halves = Vector128.Create(Bits(block), Bits(block + rowSize), Bits(block + 2 * rowSize), Bits(block + 3 * rowSize), 0, 0, 0, 0);
        return Halves.Widen(halves).GetLower();
    }

    private static ushort Bits(byte* block) => Unsafe.ReadUnaligned<ushort>(block + Tq2.ScaleOffset);

    private static float Scale(byte* block) => (float)BitConverter.UInt16BitsToHalf(Unsafe.ReadUnaligned<ushort>(block + Tq2.ScaleOffset));
}
