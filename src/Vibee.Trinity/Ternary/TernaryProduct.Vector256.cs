using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Ternary;

internal static unsafe partial class TernaryProduct
{
    private readonly struct Vector256Kernel : IBlockKernel
    {
        public static Vector128<int> FourRows(byte* codes, nint rowSize, sbyte* activations)
        {
            Vector256<short> s0 = default, s1 = default, s2 = default, s3 = default;
            var a = activations;
            for (var q = codes; q < codes + 64; q += 32)
            {
                var c0 = Vector256.Load(q).AsUInt16();
                var c1 = Vector256.Load(q + rowSize).AsUInt16();
                var c2 = Vector256.Load(q + 2 * rowSize).AsUInt16();
                var c3 = Vector256.Load(q + 3 * rowSize).AsUInt16();
                for (var n = 0; n < 4; n++, a += 32)
                {
                    var x = Vector256.Load(a);
                    s0 = AddProducts(s0, c0, x);
                    s1 = AddProducts(s1, c1, x);
                    s2 = AddProducts(s2, c2, x);
                    s3 = AddProducts(s3, c3, x);
                    c0 >>>= 2;
                    c1 >>>= 2;
                    c2 >>>= 2;
                    c3 >>>= 2;
                }
            }

            return SumEach(Pairs(s0), Pairs(s1), Pairs(s2), Pairs(s3));
        }

        public static Vector128<int> FourColumns(byte* codes, sbyte* activations, nint columnSize)
        {
            Vector256<short> s0 = default, s1 = default, s2 = default, s3 = default;
            var a = activations;
            for (var q = codes; q < codes + 64; q += 32)
            {
                var c = Vector256.Load(q).AsUInt16();
                for (var n = 0; n < 4; n++, a += 32)
                {
                    s0 = AddProducts(s0, c, Vector256.Load(a));
                    s1 = AddProducts(s1, c, Vector256.Load(a + columnSize));
                    s2 = AddProducts(s2, c, Vector256.Load(a + 2 * columnSize));
                    s3 = AddProducts(s3, c, Vector256.Load(a + 3 * columnSize));
                    c >>>= 2;
                }
            }

            return SumEach(Pairs(s0), Pairs(s1), Pairs(s2), Pairs(s3));
        }

        private static Vector256<short> AddProducts(Vector256<short> sums, Vector256<ushort> packed, Vector256<sbyte> activations)
        {
            var codes = packed.AsByte() & Vector256.Create((byte)3);
            if (Avx2.IsSupported)
                return sums + Avx2.MultiplyAddAdjacent(codes, activations);
            var low = Vector256.WidenLower(codes).AsInt16() * Vector256.WidenLower(activations);
            var high = Vector256.WidenUpper(codes).AsInt16() * Vector256.WidenUpper(activations);
            return sums + low + high;
        }

        private static Vector128<int> Pairs(Vector256<short> sums)
        {
            var pairs = Avx2.IsSupported
                ? Avx2.MultiplyAddAdjacent(sums, Vector256<short>.One)
                : Vector256.WidenLower(sums) + Vector256.WidenUpper(sums);
            return pairs.GetLower() + pairs.GetUpper();
        }
    }
}
