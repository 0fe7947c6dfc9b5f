using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>Cutting packed bytes into small integers.</summary>
internal static unsafe class Nibbles
{
    private static readonly Vector256<byte> BitOfByte = Vector256.Create(0x8040201008040201ul).AsByte();

    private static readonly Vector128<byte> ByteOfBit = Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);

    /// <summary>16 bytes as 32 values of 4 bits: first all lower halves, then all upper ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Split(byte* packed)
    {
        var bytes = Vector128.Load(packed);
        return Vector256.Create(bytes & Vector128.Create((byte)0x0f), bytes >>> 4);
    }

    /// <summary>One value of 32, without vectors: the order of <see cref="Split"/>.</summary>
    public static int At(byte* packed, int index) => index < 16 ? packed[index] & 0x0f : packed[index - 16] >> 4;

    /// <summary>32 bits as 32 bytes that are 0 or <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Spread(uint bits, byte value)
    {
        var low = Vector128.ShuffleNative(Vector128.CreateScalar(bits & 0xffff).AsByte(), ByteOfBit);
        var high = Vector128.ShuffleNative(Vector128.CreateScalar(bits >> 16).AsByte(), ByteOfBit);
        var one = Vector256.Create(low, high) & BitOfByte;
        return Vector256.Equals(one, BitOfByte) & Vector256.Create(value);
    }
}
