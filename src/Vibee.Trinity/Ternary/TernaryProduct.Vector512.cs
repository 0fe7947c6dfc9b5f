using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Ternary;

internal static unsafe partial class TernaryProduct
{
    /// <summary>A load takes all codes of a block; its halves belong to activations 128 apart.</summary>
    private readonly struct Lanes512 : ILanes<Vector512<short>, Vector512<ushort>, Vector512<sbyte>>
    {
        public static int Chunks => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<ushort> Codes(byte* block, int chunk) => Vector512.Load(block).AsUInt16();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<sbyte> Values(sbyte* activations, int chunk, int digit) =>
            Vector512.Create(Vector256.Load(activations + digit * 32), Vector256.Load(activations + 128 + digit * 32));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<short> AddProducts(Vector512<short> sums, Vector512<ushort> packed, Vector512<sbyte> activations)
        {
            var codes = packed.AsByte() & Vector512.Create((byte)3);
            if (Avx512BW.IsSupported)
                return sums + Avx512BW.MultiplyAddAdjacent(codes, activations);
            var low = Vector512.WidenLower(codes).AsInt16() * Vector512.WidenLower(activations);
            var high = Vector512.WidenUpper(codes).AsInt16() * Vector512.WidenUpper(activations);
            return sums + low + high;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<ushort> Next(Vector512<ushort> codes) => codes >>> 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Fold(Vector512<short> sums)
        {
            var pairs = Avx512BW.IsSupported
                ? Avx512BW.MultiplyAddAdjacent(sums, Vector512<short>.One)
                : Vector512.WidenLower(sums) + Vector512.WidenUpper(sums);
            var halves = pairs.GetLower() + pairs.GetUpper();
            return halves.GetLower() + halves.GetUpper();
        }
    }
}
