using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Kernels;

/// <summary>A buffer of float columns.</summary>
/// <param name="arena">Where it is cut from.</param>
/// <param name="columns">The most columns.</param>
/// <param name="length">Values per column.</param>
internal unsafe class Matrix(Arena arena, int columns, int length)
{
    private readonly float* _values = arena.Take<float>((long)columns * Strides.For(length));

    public int Length => length;

    /// <summary>Floats between columns.</summary>
    public int Stride { get; } = Strides.For(length);

    public float* Column(int column) => _values + (long)column * Stride;
}
