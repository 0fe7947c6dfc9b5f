using System.Buffers.Binary;

namespace Vibee.Trinity.Ternary;

/// <summary>
/// GGUF's TQ1_0: 256 weights in 54 bytes, 1.6875 bits each. Five weights share a byte in base 3, and the scale in
/// half precision ends the block:
/// <list type="bullet">
/// <item>bytes 0 to 31: byte m holds weights 32n + m, n = 0 to 4;</item>
/// <item>bytes 32 to 47: byte 32 + m holds weights 160 + 16n + m, n = 0 to 4;</item>
/// <item>bytes 48 to 51: byte 48 + m holds weights 240 + 4n + m, n = 0 to 3, and a fifth code 0;</item>
/// <item>bytes 52 and 53: the scale.</item>
/// </list>
/// A byte is the fraction 0.c₀c₁c₂c₃c₄ of base 3 in units of 1/256, rounded up: multiplied by three, the part above
/// 256 is the next code, so that reading needs no division.
/// </summary>
/// <remarks>There is no kernel for it: unpacking costs more than the sixth of memory it saves over
/// <see cref="Tq2"/>, and <see cref="ToTq2"/> loses nothing.</remarks>
public static class Tq1
{
    /// <summary>Weights per block.</summary>
    public const int BlockLength = TernaryBlock.Length;

    /// <summary>Bytes per block.</summary>
    public const int BlockSize = 54;

    private const int ScaleOffset = 52;

    // First byte, bytes, first weight and weights per byte of the three groups.
    private static readonly (int Byte, int Bytes, int Weight, int PerByte)[] s_groups =
        [(0, 32, 0, 5), (32, 16, 160, 5), (48, 4, 240, 4)];

    public static void Quantize(ReadOnlySpan<float> weights, Span<byte> blocks)
    {
        var count = TernaryBlock.Count(weights.Length);
        TernaryBlock.RequireSize(blocks.Length, count * BlockSize, nameof(blocks));
        Span<byte> codes = stackalloc byte[BlockLength];
        for (var b = 0; b < count; b++)
        {
            var scale = TernaryBlock.Quantize(weights.Slice(b * BlockLength, BlockLength), codes);
            PackBlock(codes, scale, blocks.Slice(b * BlockSize, BlockSize));
        }
    }

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> weights)
    {
        var count = TernaryBlock.Count(weights.Length);
        TernaryBlock.RequireSize(blocks.Length, count * BlockSize, nameof(blocks));
        Span<byte> codes = stackalloc byte[BlockLength];
        for (var b = 0; b < count; b++)
        {
            var values = weights.Slice(b * BlockLength, BlockLength);
            var scale = (float)UnpackBlock(blocks.Slice(b * BlockSize, BlockSize), codes);
            for (var i = 0; i < BlockLength; i++)
                values[i] = (codes[i] - 1) * scale;
        }
    }

    /// <summary>Writes the same weights as TQ2_0, without loss, in 11/9 of the bytes.</summary>
    public static void ToTq2(ReadOnlySpan<byte> blocks, Span<byte> tq2)
    {
        var count = blocks.Length / BlockSize;
        TernaryBlock.RequireSize(blocks.Length, count * BlockSize, nameof(blocks));
        TernaryBlock.RequireSize(tq2.Length, count * Tq2.BlockSize, nameof(tq2));
        Span<byte> codes = stackalloc byte[BlockLength];
        for (var b = 0; b < count; b++)
        {
            var scale = UnpackBlock(blocks.Slice(b * BlockSize, BlockSize), codes);
            Tq2.PackBlock(codes, scale, tq2.Slice(b * Tq2.BlockSize, Tq2.BlockSize));
        }
    }

    private static void PackBlock(ReadOnlySpan<byte> codes, Half scale, Span<byte> block)
    {
        foreach (var group in s_groups)
        {
            for (var m = 0; m < group.Bytes; m++)
            {
                var value = 0;
                for (var n = 0; n < 5; n++)
                    value = value * 3 + (n < group.PerByte ? codes[group.Weight + n * group.Bytes + m] : 0);
                block[group.Byte + m] = (byte)((value * 256 + 242) / 243);
            }
        }

        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleOffset..], scale);
    }

    private static Half UnpackBlock(ReadOnlySpan<byte> block, Span<byte> codes)
    {
        foreach (var group in s_groups)
        {
            for (var m = 0; m < group.Bytes; m++)
            {
                int fraction = block[group.Byte + m];
                for (var n = 0; n < group.PerByte; n++)
                {
                    fraction *= 3;
                    codes[group.Weight + n * group.Bytes + m] = (byte)(fraction >> 8);
                    fraction &= 255;
                }
            }
        }

        return BinaryPrimitives.ReadHalfLittleEndian(block[ScaleOffset..]);
    }
}
