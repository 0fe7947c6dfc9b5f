using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels;

/// <summary>What a format in blocks of 32 has to know: weight = scale · quant + offset.</summary>
internal unsafe interface IBlockLayout
{
    static abstract GgmlType Type { get; }

    static abstract bool HasOffsets { get; }

    static abstract float Scale(byte* block);

    static abstract float Offset(byte* block);

    static abstract void QuantsScalar(byte* block, sbyte* quants);

    static abstract Vector256<sbyte> Quants(byte* block);
}

internal sealed unsafe class BlockFormat<TLayout> : WeightFormat where TLayout : struct, IBlockLayout
{
    private static readonly int Bytes = TLayout.Type.TypeSize();

    public override GgmlType Type => TLayout.Type;

    public override ActivationForms Form => ActivationForms.Blocks;

    public override bool HasOffsets => TLayout.HasOffsets;

    public override void Unpack(byte* source, int length, UnpackedRow row)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            UnpackScalar(source, length, row);
            return;
        }

        for (var block = 0; block < length / Activations.Block; block++, source += Bytes)
        {
            TLayout.Quants(source).Store(row.Quants + block * Activations.Block);
            UnpackScale(source, block, row);
        }
    }

    public override void UnpackScalar(byte* source, int length, UnpackedRow row)
    {
        for (var block = 0; block < length / Activations.Block; block++, source += Bytes)
        {
            TLayout.QuantsScalar(source, row.Quants + block * Activations.Block);
            UnpackScale(source, block, row);
        }
    }

    public override void Dequantize(byte* source, int length, UnpackedRow row, float* target)
    {
        Unpack(source, length, row);
        for (var i = 0; i < length; i++)
        {
            var value = row.Scales[i / Activations.Block] * row.Quants[i];
            target[i] = TLayout.HasOffsets ? value + row.Offsets[i / Activations.Block] : value;
        }
    }

    private static void UnpackScale(byte* source, int block, UnpackedRow row)
    {
        row.Scales[block] = TLayout.Scale(source);
        if (TLayout.HasOffsets)
            row.Offsets[block] = TLayout.Offset(source);
    }
}
