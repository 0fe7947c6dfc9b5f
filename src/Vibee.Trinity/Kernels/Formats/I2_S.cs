using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels.Formats;

/// <summary>
/// Trits of 2 bits, one scale for the tensor: of each 128 weights, 32 bytes, bits 6–7 of all come first
/// (<see cref="Ternary.I2s"/>).
/// </summary>
/// <remarks>Rows that 256 divides are multiplied as one scale per 256 activations, like the other ternary types and with
/// the same result; others, which published models do not have, with one per 32.</remarks>
/// <param name="scale">Of the tensor.</param>
/// <param name="columns">The length of its rows, a multiple of 128.</param>
internal sealed unsafe class I2_S(float scale, int columns) : WeightFormat
{
    private const int Block = Ternary.I2s.BlockLength;

    public override GgmlType Type => GgmlType.I2_S;

    public override ActivationForms Form { get; } =
        columns % Activations.SuperBlock == 0 ? ActivationForms.SuperBlocks : ActivationForms.Blocks;

    public override bool HasOffsets => false;

    public override void Unpack(byte* source, int length, UnpackedRow row)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            UnpackScalar(source, length, row);
            return;
        }

        var quants = row.Quants;
        for (var i = 0; i < length / Block; i++, source += Ternary.I2s.BlockSize)
        {
            var bytes = Vector256.Load(source);
            for (var shift = 6; shift >= 0; shift -= 2, quants += Ternary.I2s.BlockSize)
                (((bytes >>> shift) & Vector256.Create((byte)3)).AsSByte() - Vector256<sbyte>.One).Store(quants);
        }

        UnpackScales(length, row);
    }

    public override void UnpackScalar(byte* source, int length, UnpackedRow row)
    {
        for (var i = 0; i < length; i++)
            row.Quants[i] = (sbyte)((source[i / Block * Ternary.I2s.BlockSize + i % 32] >> 6 - i % Block / 32 * 2 & 3) - 1);
        UnpackScales(length, row);
    }

    public override void Dequantize(byte* source, int length, UnpackedRow row, float* target)
    {
        Unpack(source, length, row);
        for (var i = 0; i < length; i++)
            target[i] = scale * row.Quants[i];
    }

    private void UnpackScales(int length, UnpackedRow row)
    {
        var block = Form == ActivationForms.SuperBlocks ? Activations.SuperBlock : Activations.Block;
        new Span<float>(row.Scales, length / block).Fill(scale);
        if (Form == ActivationForms.SuperBlocks)
            new Span<short>(row.SubScales, length / Activations.SubBlock).Fill(1);
    }
}
