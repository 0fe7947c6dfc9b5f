using System.Runtime.Intrinsics;
using Vibee.Gguf;
using Vibee.Trinity.Kernels.Panels;
using Vibee.Trinity.Kernels.Tiles;

namespace Vibee.Trinity.Kernels;

/// <summary>What a float format has to know.</summary>
internal unsafe interface IFloatLayout
{
    static abstract GgmlType Type { get; }

    static abstract ActivationForms Form { get; }

    static abstract int Size { get; }

    static abstract float One(byte* source);

    /// <summary>A register full of floats.</summary>
    static abstract TV Widen<TLanes, TV>(byte* source)
        where TLanes : struct, ILanes<TV>
        where TV : struct;
}

/// <summary>Weights that are floats of some width, in rows of any length.</summary>
internal sealed unsafe class FloatFormat<TLayout> : WeightFormat where TLayout : struct, IFloatLayout
{
    public override GgmlType Type => TLayout.Type;

    public override ActivationForms Form => TLayout.Form;

    public override bool HasOffsets => false;

    public override void Unpack(byte* source, int length, UnpackedRow row)
    {
        if (TLayout.Size == sizeof(float))
        {
            row.Floats = (float*)source;
            return;
        }

        row.Floats = row.FloatBuffer;
        var i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= length - Vector256<float>.Count; i += Vector256<float>.Count)
                Lanes256.Store(TLayout.Widen<Lanes256, Vector256<byte>>(source + (long)i * TLayout.Size), row.FloatBuffer + i);
        }

        for (; i < length; i++)
            row.FloatBuffer[i] = TLayout.One(source + (long)i * TLayout.Size);
    }

    public override void UnpackScalar(byte* source, int length, UnpackedRow row)
    {
        row.Floats = row.FloatBuffer;
        for (var i = 0; i < length; i++)
            row.FloatBuffer[i] = TLayout.One(source + (long)i * TLayout.Size);
    }

    public override void Dequantize(byte* source, int length, UnpackedRow row, float* target)
    {
        Unpack(source, length, row);
        new ReadOnlySpan<float>(row.Floats, length).CopyTo(new Span<float>(target, length));
    }

    public override void Multiply(UnpackedRow row, byte* source, long rowBytes, int rows, int columns, Activations x, int* inputs, int count, float* y, long stride)
    {
        if (FloatProduct.IsSupported)
            FloatProduct.Multiply<TLayout>(row.FloatBuffer, source, rowBytes, rows, columns, x, inputs, count, y, stride);
        else
            base.Multiply(row, source, rowBytes, rows, columns, x, inputs, count, y, stride);
    }
}
