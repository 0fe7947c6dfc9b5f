using System.Runtime.Intrinsics;
using Vibee.Gguf;

namespace Vibee.Trinity.Kernels;

/// <summary>What a format in blocks of 256 has to know: weight = scale · subScale · quant − offset · subOffset.</summary>
internal unsafe interface ISuperBlockLayout
{
    static abstract GgmlType Type { get; }

    static abstract bool HasOffsets { get; }

    static abstract float Scale(byte* block);

    static abstract float Offset(byte* block);

    /// <summary>The small integers of each 16 weights; offsets only where the format has them.</summary>
    static abstract void SubScales(byte* block, short* scales, short* offsets);

    static abstract void QuantsScalar(byte* block, sbyte* quants);

    static abstract void Quants(byte* block, sbyte* quants);
}

internal sealed unsafe class SuperBlockFormat<TLayout> : WeightFormat where TLayout : struct, ISuperBlockLayout
{
    private const int Length = Activations.SuperBlock;
    private const int Subs = Activations.SuperBlock / Activations.SubBlock;

    private static readonly int Bytes = TLayout.Type.TypeSize();

    public override GgmlType Type => TLayout.Type;

    public override ActivationForms Form => ActivationForms.SuperBlocks;

    public override bool HasOffsets => TLayout.HasOffsets;

    public override void Unpack(byte* source, int length, UnpackedRow row)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            UnpackScalar(source, length, row);
            return;
        }

        for (var block = 0; block < length / Length; block++, source += Bytes)
        {
            TLayout.Quants(source, row.Quants + block * Length);
            UnpackScales(source, block, row);
        }
    }

    public override void UnpackScalar(byte* source, int length, UnpackedRow row)
    {
        for (var block = 0; block < length / Length; block++, source += Bytes)
        {
            TLayout.QuantsScalar(source, row.Quants + block * Length);
            UnpackScales(source, block, row);
        }
    }

    public override void Dequantize(byte* source, int length, UnpackedRow row, float* target)
    {
        Unpack(source, length, row);
        for (var i = 0; i < length; i++)
        {
            var (block, sub) = (i / Length, i / Activations.SubBlock);
            var value = row.Scales[block] * row.SubScales[sub] * row.Quants[i];
            target[i] = TLayout.HasOffsets ? value - row.Offsets[block] * row.SubOffsets[sub] : value;
        }
    }

    private static void UnpackScales(byte* source, int block, UnpackedRow row)
    {
        row.Scales[block] = TLayout.Scale(source);
        if (TLayout.HasOffsets)
            row.Offsets[block] = TLayout.Offset(source);
        TLayout.SubScales(source, row.SubScales + block * Subs, row.SubOffsets + block * Subs);
    }
}
