using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Ternary;

internal static unsafe partial class TernaryProduct
{
    private readonly struct Lanes128 : ILanes<Vector128<short>, Vector128<ushort>, Vector128<sbyte>>
    {
        public static int Chunks => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<ushort> Codes(byte* block, int chunk) => Vector128.Load(block + chunk * 16).AsUInt16();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<sbyte> Values(sbyte* activations, int chunk, int digit) =>
            Vector128.Load(activations + chunk / 2 * 128 + chunk % 2 * 16 + digit * 32);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<short> AddProducts(Vector128<short> sums, Vector128<ushort> packed, Vector128<sbyte> activations)
        {
            var codes = packed.AsByte() & Vector128.Create((byte)3);
            if (Ssse3.IsSupported)
                return sums + Ssse3.MultiplyAddAdjacent(codes, activations);
            var low = Vector128.WidenLower(codes).AsInt16() * Vector128.WidenLower(activations);
            var high = Vector128.WidenUpper(codes).AsInt16() * Vector128.WidenUpper(activations);
            return sums + low + high;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<ushort> Next(Vector128<ushort> codes) => codes >>> 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Fold(Vector128<short> sums)
        {
            var pairs = Sse2.IsSupported
                ? Sse2.MultiplyAddAdjacent(sums, Vector128<short>.One)
                : Vector128.WidenLower(sums) + Vector128.WidenUpper(sums);
            return pairs;
        }
    }
}
