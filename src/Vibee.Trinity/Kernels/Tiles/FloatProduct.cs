using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vibee.Trinity.Kernels.Panels;

namespace Vibee.Trinity.Kernels.Tiles;

/// <summary>Products of rows of floats with the widest registers there are.</summary>
internal static unsafe class FloatProduct
{
    /// <summary>Rows that pass over all columns together, and how much of each at a time: widened, they stay in the first
    /// cache.</summary>
    public const int GroupRows = 12;
    public const int BlockLength = 256;

    /// <summary>Floats in the registers of the sums of a row: what widening a weight costs is shared by as many columns.</summary>
    public const int RowSums = 1024;

    /// <summary>Floats to work in.</summary>
    public const int Scratch = GroupRows * (BlockLength + RowSums);

    /// <summary>Whether there are vectors to do it with.</summary>
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    /// <inheritdoc cref="FloatRows{TLayout, TLanes, TV}.Multiply"/>
    public static void Multiply<TLayout>(float* scratch, byte* source, long rowBytes, int rows, int length, Activations x, int* inputs, int count, float* y, long stride)
        where TLayout : struct, IFloatLayout
    {
        if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported)
            FloatRows<TLayout, Lanes512, Vector512<byte>>.Multiply(scratch, source, rowBytes, rows, length, x, inputs, count, y, stride);
        else if (Avx2.IsSupported)
            FloatRows<TLayout, Lanes256, Vector256<byte>>.Multiply(scratch, source, rowBytes, rows, length, x, inputs, count, y, stride);
        else
            FloatRows<TLayout, Lanes128, Vector128<byte>>.Multiply(scratch, source, rowBytes, rows, length, x, inputs, count, y, stride);
    }
}
