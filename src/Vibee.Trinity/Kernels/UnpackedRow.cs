using Vibee.Trinity.Kernels.Tiles;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Kernels;

/// <summary>
/// One row of weights as the dot products read it, whatever its stored form: floats, or 8-bit integers with scales. A
/// worker has one, unpacks a row into it and multiplies it with every column; being short (a few kilobytes) it stays in
/// the first cache.
/// </summary>
/// <remarks>
/// <para>Blocks of 32: weight = scale · quant + offset, one float of each per block.</para>
/// <para>Blocks of 256: weight = scale · subScale · quant − offset · subOffset, one float of each per block, one small
/// integer of each per 16 weights.</para>
/// </remarks>
internal sealed unsafe class UnpackedRow
{
    public UnpackedRow(Arena arena, int longest)
    {
        var length = Strides.For(longest) + Activations.SuperBlock;
        FloatBuffer = arena.Take<float>(Math.Max(length, FloatProduct.Scratch));
        Quants = arena.Take<sbyte>(length);
        Scales = arena.Take<float>(length / Activations.Block);
        Offsets = arena.Take<float>(length / Activations.Block);
        SubScales = arena.Take<short>(length / Activations.SubBlock);
        SubOffsets = arena.Take<short>(length / Activations.SubBlock);
    }

    /// <summary>The row as floats: the buffer, or the file itself where it holds floats.</summary>
    public float* Floats { get; set; }

    /// <summary>Also for tiles of floats to work in.</summary>
    public float* FloatBuffer { get; }

    public sbyte* Quants { get; }

    public float* Scales { get; }

    public float* Offsets { get; }

    public short* SubScales { get; }

    public short* SubOffsets { get; }
}
