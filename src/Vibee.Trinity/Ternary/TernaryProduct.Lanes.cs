using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Ternary;

internal static unsafe partial class TernaryProduct
{
    /// <summary>What one width of vectors has to know; <see cref="LaneKernel{TLanes, TSums, TCodes, TValues}"/> is the rest.</summary>
    private interface ILanes<TSums, TCodes, TValues>
    {
        /// <summary>Loads that a block's codes take.</summary>
        static abstract int Chunks { get; }

        static abstract TCodes Codes(byte* block, int chunk);

        /// <summary>The activations that belong to digit <paramref name="digit"/> of a chunk.</summary>
        static abstract TValues Values(sbyte* activations, int chunk, int digit);

        /// <summary>sums + lowest digits × activations, pairs of neighbours added.</summary>
        static abstract TSums AddProducts(TSums sums, TCodes codes, TValues activations);

        /// <summary>The next digits in the lowest place; what comes from a neighbouring byte is masked when it is used.</summary>
        static abstract TCodes Next(TCodes codes);

        /// <summary>Four lanes whose sum is that of all.</summary>
        static abstract Vector128<int> Fold(TSums sums);
    }

    private readonly struct LaneKernel<TLanes, TSums, TCodes, TValues> : IBlockKernel
        where TLanes : struct, ILanes<TSums, TCodes, TValues>
        where TSums : struct
        where TCodes : struct
        where TValues : struct
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> FourRows(byte* codes, nint rowSize, sbyte* activations)
        {
            TSums s0 = default, s1 = default, s2 = default, s3 = default;
            for (var chunk = 0; chunk < TLanes.Chunks; chunk++)
            {
                var c0 = TLanes.Codes(codes, chunk);
                var c1 = TLanes.Codes(codes + rowSize, chunk);
                var c2 = TLanes.Codes(codes + 2 * rowSize, chunk);
                var c3 = TLanes.Codes(codes + 3 * rowSize, chunk);
                for (var n = 0; n < 4; n++)
                {
                    var x = TLanes.Values(activations, chunk, n);
                    s0 = TLanes.AddProducts(s0, c0, x);
                    s1 = TLanes.AddProducts(s1, c1, x);
                    s2 = TLanes.AddProducts(s2, c2, x);
                    s3 = TLanes.AddProducts(s3, c3, x);
                    c0 = TLanes.Next(c0);
                    c1 = TLanes.Next(c1);
                    c2 = TLanes.Next(c2);
                    c3 = TLanes.Next(c3);
                }
            }

            return SumEach(TLanes.Fold(s0), TLanes.Fold(s1), TLanes.Fold(s2), TLanes.Fold(s3));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> FourColumns(byte* codes, sbyte* activations, nint columnSize)
        {
            TSums s0 = default, s1 = default, s2 = default, s3 = default;
            for (var chunk = 0; chunk < TLanes.Chunks; chunk++)
            {
                var c = TLanes.Codes(codes, chunk);
                for (var n = 0; n < 4; n++)
                {
                    s0 = TLanes.AddProducts(s0, c, TLanes.Values(activations, chunk, n));
                    s1 = TLanes.AddProducts(s1, c, TLanes.Values(activations + columnSize, chunk, n));
                    s2 = TLanes.AddProducts(s2, c, TLanes.Values(activations + 2 * columnSize, chunk, n));
                    s3 = TLanes.AddProducts(s3, c, TLanes.Values(activations + 3 * columnSize, chunk, n));
                    c = TLanes.Next(c);
                }
            }

            return SumEach(TLanes.Fold(s0), TLanes.Fold(s1), TLanes.Fold(s2), TLanes.Fold(s3));
        }
    }

    /// <summary>The sum of the lanes of each argument, in its place.</summary>
    private static Vector128<int> SumEach(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d)
    {
        if (Ssse3.IsSupported)
            return Ssse3.HorizontalAdd(Ssse3.HorizontalAdd(a, b), Ssse3.HorizontalAdd(c, d));
        if (AdvSimd.Arm64.IsSupported)
            return AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(a, b), AdvSimd.Arm64.AddPairwise(c, d));
        return Vector128.Create(Vector128.Sum(a), Vector128.Sum(b), Vector128.Sum(c), Vector128.Sum(d));
    }
}
