using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Ternary;

internal static unsafe partial class TernaryProduct
{
    /// <summary>A load takes all codes of a block; its halves belong to activations 128 apart.</summary>
    private readonly struct Vector512Kernel : IBlockKernel
    {
        public static Vector128<int> FourRows(byte* codes, nint rowSize, sbyte* activations)
        {
            Vector512<short> s0 = default, s1 = default, s2 = default, s3 = default;
            var c0 = Vector512.Load(codes).AsUInt16();
            var c1 = Vector512.Load(codes + rowSize).AsUInt16();
            var c2 = Vector512.Load(codes + 2 * rowSize).AsUInt16();
            var c3 = Vector512.Load(codes + 3 * rowSize).AsUInt16();
            for (var a = activations; a < activations + 128; a += 32)
            {
                var x = Load(a);
                s0 = AddProducts(s0, c0, x);
                s1 = AddProducts(s1, c1, x);
                s2 = AddProducts(s2, c2, x);
                s3 = AddProducts(s3, c3, x);
                c0 >>>= 2;
                c1 >>>= 2;
                c2 >>>= 2;
                c3 >>>= 2;
            }

            return SumEach(Pairs(s0), Pairs(s1), Pairs(s2), Pairs(s3));
        }

        public static Vector128<int> FourColumns(byte* codes, sbyte* activations, nint columnSize)
        {
            Vector512<short> s0 = default, s1 = default, s2 = default, s3 = default;
            var c = Vector512.Load(codes).AsUInt16();
            for (var a = activations; a < activations + 128; a += 32)
            {
                s0 = AddProducts(s0, c, Load(a));
                s1 = AddProducts(s1, c, Load(a + columnSize));
                s2 = AddProducts(s2, c, Load(a + 2 * columnSize));
                s3 = AddProducts(s3, c, Load(a + 3 * columnSize));
                c >>>= 2;
            }

            return SumEach(Pairs(s0), Pairs(s1), Pairs(s2), Pairs(s3));
        }

        private static Vector512<sbyte> Load(sbyte* activations) =>
            Vector512.Create(Vector256.Load(activations), Vector256.Load(activations + 128));

        private static Vector512<short> AddProducts(Vector512<short> sums, Vector512<ushort> packed, Vector512<sbyte> activations)
        {
            var codes = packed.AsByte() & Vector512.Create((byte)3);
            if (Avx512BW.IsSupported)
                return sums + Avx512BW.MultiplyAddAdjacent(codes, activations);
            var low = Vector512.WidenLower(codes).AsInt16() * Vector512.WidenLower(activations);
            var high = Vector512.WidenUpper(codes).AsInt16() * Vector512.WidenUpper(activations);
            return sums + low + high;
        }

        private static Vector128<int> Pairs(Vector512<short> sums)
        {
            var pairs = Avx512BW.IsSupported
                ? Avx512BW.MultiplyAddAdjacent(sums, Vector512<short>.One)
                : Vector512.WidenLower(sums) + Vector512.WidenUpper(sums);
            var halves = pairs.GetLower() + pairs.GetUpper();
            return halves.GetLower() + halves.GetUpper();
        }
    }
}
