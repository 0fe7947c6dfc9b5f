using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Vibee.Trinity.Kernels.Panels;

namespace Vibee.Trinity.Kernels.Tiles;

/// <summary>
/// Products of rows of floats, straight from the file. Every product of a row and a column is summed alike: lane by lane
/// in one register, from the first value to the last, then across the lanes, then what fills no register, one by one. So
/// its bits depend on nothing else: neither on other rows and columns nor on which of the ways here computes it.
/// </summary>
internal static unsafe class FloatRows<TLayout, TLanes, TV>
    where TLayout : struct, IFloatLayout
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    // Rows that pass over all columns together, and how much of each at a time.
    private const int GroupRows = FloatProduct.GroupRows;
    private const int BlockLength = FloatProduct.BlockLength;

    private static int PassColumns => FloatProduct.RowSums / TLanes.Count;

    /// <param name="scratch">Floats, <see cref="FloatProduct.Scratch"/> of them.</param>
    /// <param name="source">The first row.</param>
    /// <param name="rowBytes">From one row to the next.</param>
    /// <param name="rows">How many.</param>
    /// <param name="length">Weights in a row.</param>
    /// <param name="x">In the form of the weights.</param>
    /// <param name="inputs">Which column of x is the j-th; null for the j-th itself.</param>
    /// <param name="count">How many.</param>
    /// <param name="y">Outputs; the j-th begins at y + j · <paramref name="stride"/>.</param>
    /// <param name="stride">Floats.</param>
    [SkipLocalsInit]
    public static void Multiply(float* scratch, byte* source, long rowBytes, int rows, int length, Activations x, int* inputs, int count, float* y, long stride)
    {
        var columns = stackalloc float*[PassColumns + FloatTile<TLanes, TV>.Columns];
        for (var first = 0; first < count; first += PassColumns)
        {
            var width = Math.Min(PassColumns, count - first);
            for (var j = 0; j < width + FloatTile<TLanes, TV>.Columns; j++)
            {
                // The last one again where a tile has not enough.
                var column = first + Math.Min(j, width - 1);
                columns[j] = Column(x, inputs is null ? column : inputs[column]);
            }

            if (width == 1)
                One(source, rowBytes, rows, length, columns[0], y + first * stride);
            else if (width <= FloatStream<TLayout, TLanes, TV>.FewColumns)
                Few(source, rowBytes, rows, length, columns, width, y + first * stride, stride);
            else
                Many(scratch, source, rowBytes, rows, length, columns, width, y + first * stride, stride);
        }
    }

    private static float* Column(Activations x, int index) => TLayout.Form == ActivationForms.Halves ? x.Rounded(index) : x.Column(index);

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(byte* source, long rowBytes, int rows, int length, float* x, float* y)
    {
        var sums = stackalloc float[FloatStream<TLayout, TLanes, TV>.Rows * TLanes.Count];
        var whole = length / TLanes.Count * TLanes.Count;
        for (var row = 0; row < rows; row += FloatStream<TLayout, TLanes, TV>.Rows)
        {
            var height = Math.Min(FloatStream<TLayout, TLanes, TV>.Rows, rows - row);
            FloatStream<TLayout, TLanes, TV>.Multiply(source + row * rowBytes, rowBytes, height, whole, x, sums);
            for (var r = 0; r < height; r++)
                y[row + r] = Sum(sums + r * TLanes.Count, source + (row + r) * rowBytes, x, whole, length);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Few(byte* source, long rowBytes, int rows, int length, float** x, int count, float* y, long stride)
    {
        const int together = FloatStream<TLayout, TLanes, TV>.FewRows;
        var sums = stackalloc float[together * FloatStream<TLayout, TLanes, TV>.FewColumns * TLanes.Count];
        var whole = length / TLanes.Count * TLanes.Count;
        for (var row = 0; row < rows; row += together, source += together * rowBytes)
        {
            var height = Math.Min(together, rows - row);
            FloatStream<TLayout, TLanes, TV>.MultiplyFew(source, source + (height - 1) * rowBytes, (nint)(together * rowBytes), whole, x, sums);
            for (var j = 0; j < count; j++)
            {
                for (var r = 0; r < height; r++)
                    y[j * stride + row + r] = Sum(sums + (j * together + r) * TLanes.Count, source + r * rowBytes, x[j], whole, length);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Many(float* scratch, byte* source, long rowBytes, int rows, int length, float** x, int count, float* y, long stride)
    {
        var whole = length / TLanes.Count * TLanes.Count;
        var sums = scratch + GroupRows * BlockLength;
        for (var row = 0; row < rows; row += GroupRows, source += GroupRows * rowBytes)
        {
            var height = Math.Min(GroupRows, rows - row);
            var tileColumns = (count + FloatTile<TLanes, TV>.Columns - 1) / FloatTile<TLanes, TV>.Columns * FloatTile<TLanes, TV>.Columns;
            new Span<float>(sums, GroupRows * TLanes.Count * tileColumns).Clear();
            for (var start = 0; start < whole; start += BlockLength)
            {
                var part = Math.Min(BlockLength, whole - start);
                for (var r = 0; r < height; r++)
                    Widen(source + r * rowBytes + (long)start * TLayout.Size, part, scratch + r * BlockLength);
                var tile = sums;
                for (var j = 0; j < count; j += FloatTile<TLanes, TV>.Columns)
                {
                    for (var r = 0; r < GroupRows; r += FloatTile<TLanes, TV>.Rows, tile += FloatTile<TLanes, TV>.Sums)
                    {
                        // Rows that there are not may be anything: nobody asks for their sums.
                        if (r < height)
                            FloatTile<TLanes, TV>.Add(scratch + r * BlockLength, BlockLength, x + j, start, part, tile);
                    }
                }
            }

            Finish(sums, source, rowBytes, height, whole, length, x, count, y + row, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* source, int length, float* target)
    {
        for (nint i = 0; i < length; i += TLanes.Count)
        {
            if (Sse.IsSupported)
                Sse.Prefetch0(source + i * TLayout.Size + BlockLength * TLayout.Size);
            TLanes.Store(TLayout.Widen<TLanes, TV>(source + i * TLayout.Size), target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* sums, byte* source, long rowBytes, int height, int whole, int length, float** x, int count, float* y, long stride)
    {
        for (var j = 0; j < count; j++)
        {
            var tiles = sums + j / FloatTile<TLanes, TV>.Columns * (GroupRows / FloatTile<TLanes, TV>.Rows) * FloatTile<TLanes, TV>.Sums;
            for (var r = 0; r < height; r++)
            {
                var sum = tiles + r / FloatTile<TLanes, TV>.Rows * FloatTile<TLanes, TV>.Sums +
                    (j % FloatTile<TLanes, TV>.Columns * FloatTile<TLanes, TV>.Rows + r % FloatTile<TLanes, TV>.Rows) * TLanes.Count;
                y[j * stride + r] = Sum(sum, source + r * rowBytes, x[j], whole, length);
            }
        }
    }

    /// <summary>Adds up a register, and what fills none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float* sums, byte* row, float* x, int whole, int length)
    {
        var sum = TLanes.Total(TLanes.Load((byte*)sums));
        for (var i = whole; i < length; i++)
            sum += TLayout.One(row + (long)i * TLayout.Size) * x[i];
        return sum;
    }
}
