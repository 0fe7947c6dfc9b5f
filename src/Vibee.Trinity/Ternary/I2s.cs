using System.Buffers.Binary;

namespace Vibee.Trinity.Ternary;

/// <summary>
/// bitnet.cpp's I2_S: trits of 2 bits and one scale for a whole tensor. Each 128 weights take 32 bytes: byte m holds
/// weights 32n + m for n = 0 to 3, n = 0 in its highest bits, as trit plus one. Behind the last row stand 32 bytes, of
/// which the first four are the scale, a 32-bit float; the others only keep the alignment.
/// </summary>
/// <remarks>As bitnet.cpp writes it on x86; its files for ARM are cut into groups of 64 and bear the same type number,
/// so that nothing tells them apart.</remarks>
public static class I2s
{
    /// <summary>Weights per block.</summary>
    public const int BlockLength = 128;

    /// <summary>Bytes per block.</summary>
    public const int BlockSize = 32;

    /// <summary>Bytes behind the last block.</summary>
    public const int TailSize = 32;

    /// <summary>The bytes of a tensor of so many weights.</summary>
    public static long Size(long weights) => weights / BlockLength * BlockSize + TailSize;

    /// <summary>Stores a tensor of TQ2_0 blocks, if they all have the same scale.</summary>
    /// <returns>False if they do not; nothing useful was written then.</returns>
    public static bool TryConvert(ReadOnlySpan<byte> tq2, Span<byte> tensor)
    {
        var count = tq2.Length / Tq2.BlockSize;
        TernaryBlock.RequireSize(tq2.Length, count * Tq2.BlockSize, nameof(tq2));
        TernaryBlock.RequireSize(tensor.Length, (int)Size((long)count * Tq2.BlockLength), nameof(tensor));
        tensor.Clear();
        if (count == 0)
            return true;
        var scale = Tq2.Scale(tq2);
        for (var b = 0; b < count; b++)
        {
            var block = tq2.Slice(b * Tq2.BlockSize, Tq2.BlockSize);
            if (Tq2.Scale(block) != scale)
                return false;
            for (var i = 0; i < Tq2.BlockLength; i++)
                tensor[b * 2 * BlockSize + i / BlockLength * BlockSize + i % 32] |= (byte)(Tq2.Code(block, i) << Shift(i));
        }

        BinaryPrimitives.WriteSingleLittleEndian(tensor[^TailSize..], (float)scale);
        return true;
    }

    public static void Dequantize(ReadOnlySpan<byte> tensor, Span<float> weights)
    {
        if (weights.Length % BlockLength != 0)
            throw new ArgumentException($"Weights come in blocks of {BlockLength}; {weights.Length} is no multiple of it.", nameof(weights));
        TernaryBlock.RequireSize(tensor.Length, (int)Size(weights.Length), nameof(tensor));
        var scale = BinaryPrimitives.ReadSingleLittleEndian(tensor[^TailSize..]);
        for (var i = 0; i < weights.Length; i++)
            weights[i] = scale * ((tensor[i / BlockLength * BlockSize + i % 32] >> Shift(i) & 3) - 1);
    }

    private static int Shift(int index) => 6 - index % BlockLength / 32 * 2;
}
