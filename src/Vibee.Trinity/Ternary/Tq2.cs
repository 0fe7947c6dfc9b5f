using System.Buffers.Binary;

namespace Vibee.Trinity.Ternary;

/// <summary>
/// GGUF's TQ2_0: 256 weights in 66 bytes, 2.0625 bits each. Bytes 0 to 63 hold the codes, two bits each, and bytes
/// 64 and 65 the scale in half precision. Byte 32h + m holds weights 128h + 32n + m for n = 0 to 3, n = 0 in its
/// lowest bits: a vector load, a shift and a mask yield neighbouring weights. It is the format the kernels compute
/// with.
/// </summary>
/// <remarks>Code 3 is no trit and never written; where a file has it, it means twice the scale, here as in
/// llama.cpp.</remarks>
public static class Tq2
{
    /// <summary>Weights per block.</summary>
    public const int BlockLength = TernaryBlock.Length;

    /// <summary>Bytes per block.</summary>
    public const int BlockSize = 66;

    internal const int ScaleOffset = 64;

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
        for (var b = 0; b < count; b++)
        {
            var block = blocks.Slice(b * BlockSize, BlockSize);
            var values = weights.Slice(b * BlockLength, BlockLength);
            var scale = (float)Scale(block);
            for (var i = 0; i < BlockLength; i++)
                values[i] = (Code(block, i) - 1) * scale;
        }
    }

    internal static Half Scale(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadHalfLittleEndian(block[ScaleOffset..]);

    internal static int Code(ReadOnlySpan<byte> block, int index) =>
        block[index / 128 * 32 + index % 32] >> index / 32 % 4 * 2 & 3;

    internal static void PackBlock(ReadOnlySpan<byte> codes, Half scale, Span<byte> block)
    {
        for (var i = 0; i < ScaleOffset; i++)
        {
            var first = codes[(i / 32 * 128 + i % 32)..];
            block[i] = (byte)(first[0] | first[32] << 2 | first[64] << 4 | first[96] << 6);
        }

        BinaryPrimitives.WriteHalfLittleEndian(block[ScaleOffset..], scale);
    }
}
