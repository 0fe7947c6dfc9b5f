namespace Vibee.Trinity.Ternary;

/// <summary>
/// Two byte formats for rows of trits, each trit written as its value plus one. With two bits a byte holds four
/// trits, the first in the lowest bits: 2 bits per trit, read with shifts. In base 3 a byte holds five
/// (3⁵ = 243 ≤ 256), the first counting 1, the fifth 81: 1.6 bits per trit, against log₂ 3 = 1.585 at best. A last
/// byte that is not full is filled up with zero trits.
/// </summary>
public static class PackedTrits
{
    private const int PerByteInTwoBits = 4;
    private const int PerByteInBase3 = 5;

    public static int TwoBitSize(int trits) => Size(trits, PerByteInTwoBits);

    public static int Base3Size(int trits) => Size(trits, PerByteInBase3);

    public static void PackTwoBits(ReadOnlySpan<Trit> trits, Span<byte> destination) =>
        Pack(trits, destination, PerByteInTwoBits, radix: 4);

    public static void PackBase3(ReadOnlySpan<Trit> trits, Span<byte> destination) =>
        Pack(trits, destination, PerByteInBase3, radix: 3);

    /// <summary>Reads as many trits as <paramref name="trits"/> has room for.</summary>
    /// <returns>False when a code is 3, which is no trit, or when the last byte is filled up with anything but zero
    /// trits: such bytes were not written by <see cref="PackTwoBits"/>.</returns>
    public static bool TryUnpackTwoBits(ReadOnlySpan<byte> packed, Span<Trit> trits) =>
        TryUnpack(packed, trits, PerByteInTwoBits, radix: 4);

    /// <summary>Reads as many trits as <paramref name="trits"/> has room for.</summary>
    /// <returns>False when a byte is over 242, or when the last one is filled up with anything but zero trits.</returns>
    public static bool TryUnpackBase3(ReadOnlySpan<byte> packed, Span<Trit> trits) =>
        TryUnpack(packed, trits, PerByteInBase3, radix: 3);

    private static int Size(int trits, int perByte)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trits);
        return (int)(((uint)trits + perByte - 1) / perByte);
    }

    private static void Pack(ReadOnlySpan<Trit> trits, Span<byte> destination, int perByte, int radix)
    {
        RequireRoom(destination.Length, Size(trits.Length, perByte), nameof(destination));
        for (var b = 0; b < Size(trits.Length, perByte); b++)
        {
            var value = 0;
            for (var i = perByte - 1; i >= 0; i--)
                value = value * radix + (b * perByte + i < trits.Length ? trits[b * perByte + i] : Trit.Zero) + 1;
            destination[b] = (byte)value;
        }
    }

    private static bool TryUnpack(ReadOnlySpan<byte> packed, Span<Trit> trits, int perByte, int radix)
    {
        RequireRoom(packed.Length, Size(trits.Length, perByte), nameof(packed));
        for (var b = 0; b < Size(trits.Length, perByte); b++)
        {
            int value = packed[b];
            for (var i = 0; i < perByte; i++)
            {
                (value, var code) = Math.DivRem(value, radix);
                if (code > 2)
                    return false;
                if (b * perByte + i < trits.Length)
                    trits[b * perByte + i] = Trit.FromInt32(code - 1);
                else if (code != 1)
                    return false;
            }

            if (value != 0)
                return false;
        }

        return true;
    }

    private static void RequireRoom(int length, int needed, string name)
    {
        if (length < needed)
            throw new ArgumentException($"{needed} bytes are needed and {length} are there.", name);
    }
}
