using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Ternary;

internal static unsafe partial class TernaryProduct
{
    private readonly struct Lanes256 : ILanes<Vector256<short>, Vector256<ushort>, Vector256<sbyte>>
    {
        public static int Chunks => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<ushort> Codes(byte* block, int chunk) => Vector256.Load(block + chunk * 32).AsUInt16();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<sbyte> Values(sbyte* activations, int chunk, int digit) =>
            Vector256.Load(activations + chunk * 128 + digit * 32);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<short> AddProducts(Vector256<short> sums, Vector256<ushort> packed, Vector256<sbyte> activations)
        {
            var codes = packed.AsByte() & Vector256.Create((byte)3);
            if (Avx2.IsSupported)
                return sums + Avx2.MultiplyAddAdjacent(codes, activations);
            var low = Vector256.WidenLower(codes).AsInt16() * Vector256.WidenLower(activations);
            var high = Vector256.WidenUpper(codes).AsInt16() * Vector256.WidenUpper(activations);
            return sums + low + high;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<ushort> Next(Vector256<ushort> codes) => codes >>> 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Fold(Vector256<short> sums)
        {
            var pairs = Avx2.IsSupported
                ? Avx2.MultiplyAddAdjacent(sums, Vector256<short>.One)
                : Vector256.WidenLower(sums) + Vector256.WidenUpper(sums);
            return pairs.GetLower() + pairs.GetUpper();
        }
    }
}
