using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Ternary;

internal static unsafe partial class TernaryProduct
{
    private readonly struct ScalarKernel : IBlockKernel
    {
        public static Vector128<int> FourRows(byte* codes, nint rowSize, sbyte* activations) => Vector128.Create(
            Dot(codes, activations),
            Dot(codes + rowSize, activations),
            Dot(codes + 2 * rowSize, activations),
            Dot(codes + 3 * rowSize, activations));

        public static Vector128<int> FourColumns(byte* codes, sbyte* activations, nint columnSize) => Vector128.Create(
            Dot(codes, activations),
            Dot(codes, activations + columnSize),
            Dot(codes, activations + 2 * columnSize),
            Dot(codes, activations + 3 * columnSize));

        private static int Dot(byte* codes, sbyte* activations)
        {
            var block = new ReadOnlySpan<byte>(codes, Tq2.BlockSize);
            var sum = 0;
            for (var i = 0; i < TernaryBlock.Length; i++)
                sum += Tq2.Code(block, i) * activations[i];
            return sum;
        }
    }
}
