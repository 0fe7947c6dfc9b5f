using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Ternary;

internal static unsafe partial class TernaryProduct
{
    private readonly struct Vector128Kernel : IBlockKernel
    {
        public static Vector128<int> FourRows(byte* codes, nint rowSize, sbyte* activations)
        {
            Vector128<short> s0 = default, s1 = default, s2 = default, s3 = default;
            for (var i = 0; i < 4; i++)
            {
                var q = codes + i * 16;
                var a = activations + i / 2 * 128 + i % 2 * 16;
                var c0 = Vector128.Load(q).AsUInt16();
                var c1 = Vector128.Load(q + rowSize).AsUInt16();
                var c2 = Vector128.Load(q + 2 * rowSize).AsUInt16();
                var c3 = Vector128.Load(q + 3 * rowSize).AsUInt16();
                for (var n = 0; n < 4; n++, a += 32)
                {
                    var x = Vector128.Load(a);
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
            Vector128<short> s0 = default, s1 = default, s2 = default, s3 = default;
            for (var i = 0; i < 4; i++)
            {
                var q = codes + i * 16;
                var a = activations + i / 2 * 128 + i % 2 * 16;
                var c = Vector128.Load(q).AsUInt16();
                for (var n = 0; n < 4; n++, a += 32)
                {
                    s0 = AddProducts(s0, c, Vector128.Load(a));
                    s1 = AddProducts(s1, c, Vector128.Load(a + columnSize));
                    s2 = AddProducts(s2, c, Vector128.Load(a + 2 * columnSize));
                    s3 = AddProducts(s3, c, Vector128.Load(a + 3 * columnSize));
                    c >>>= 2;
                }
            }

            return SumEach(Pairs(s0), Pairs(s1), Pairs(s2), Pairs(s3));
        }

        private static Vector128<short> AddProducts(Vector128<short> sums, Vector128<ushort> packed, Vector128<sbyte> activations)
        {
            var codes = packed.AsByte() & Vector128.Create((byte)3);
            if (Ssse3.IsSupported)
                return sums + Ssse3.MultiplyAddAdjacent(codes, activations);
            var low = Vector128.WidenLower(codes).AsInt16() * Vector128.WidenLower(activations);
            var high = Vector128.WidenUpper(codes).AsInt16() * Vector128.WidenUpper(activations);
            return sums + low + high;
        }

        private static Vector128<int> Pairs(Vector128<short> sums) => Sse2.IsSupported
            ? Sse2.MultiplyAddAdjacent(sums, Vector128<short>.One)
            : Vector128.WidenLower(sums) + Vector128.WidenUpper(sums);
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
