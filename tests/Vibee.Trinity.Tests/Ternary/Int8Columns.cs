using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Vibee.Trinity.Ternary;

namespace Vibee.Trinity.Tests.Ternary;

/// <summary>Activations as <see cref="TernaryProduct"/> reads them, made without the engine's own buffers: up to
/// <see cref="Capacity"/> columns of <see cref="Length"/> values.</summary>
internal sealed class Int8Columns
{
    private readonly sbyte[] _values;   // [column][Length]
    private readonly float[] _scales;   // [block][ColumnStride]: a tile of columns loads its scales together
    private readonly int[] _sums;       // [block][ColumnStride]

    /// <param name="length">Values per column, a multiple of 256.</param>
    /// <param name="capacity">The most columns.</param>
    public Int8Columns(int length, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Blocks = TernaryBlock.Count(length);
        Length = length;
        Capacity = capacity;
        ColumnStride = (capacity + 3) & ~3;
        _values = new sbyte[checked(length * capacity)];
        _scales = new float[checked(Blocks * ColumnStride)];
        _sums = new int[_scales.Length];
    }

    public int Length { get; }

    public int Capacity { get; }

    public int Blocks { get; }

    /// <summary>Elements from one block's scales and sums to the next block's; a multiple of 4, so that a tile of four
    /// columns is always there to load.</summary>
    public int ColumnStride { get; }

    public ReadOnlySpan<sbyte> Values => _values;

    public ReadOnlySpan<float> Scales => _scales;

    public ReadOnlySpan<int> Sums => _sums;

    /// <summary>
    /// Rounds a column to the nearest multiples of its blocks' scales, the largest magnitude of a block becoming ±127.
    /// A block with a value that is not finite has the scale NaN: what depends on it must not look healthy.
    /// </summary>
    public void Quantize(int column, ReadOnlySpan<float> activations)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Capacity, nameof(column));
        if (activations.Length != Length)
            throw new ArgumentException($"A column has {Length} values, not {activations.Length}.", nameof(activations));
        for (var b = 0; b < Blocks; b++)
        {
            var source = activations.Slice(b * TernaryBlock.Length, TernaryBlock.Length);
            var target = _values.AsSpan(column * Length + b * TernaryBlock.Length, TernaryBlock.Length);
            var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(source)); // NaN when any is
            var at = b * ColumnStride + column;
            // Under 2^-120 the inverse scale would overflow, and nothing is left of the values in any sum.
            if (float.IsFinite(largest) && largest >= 7.5e-37f)
            {
                var inverse = 127 / largest;
                _sums[at] = Round(source, inverse, target);
                _scales[at] = 1 / inverse;
            }
            else
            {
                target.Clear();
                _sums[at] = 0;
                _scales[at] = float.IsFinite(largest) ? 0 : float.NaN;
            }
        }
    }

    /// <returns>The sum of the rounded values.</returns>
    private static int Round(ReadOnlySpan<float> source, float inverseScale, Span<sbyte> target)
    {
        var sums = Vector128<int>.Zero;
        for (var i = 0; i < source.Length; i += 16)
        {
            var a = RoundFour(source[i..], inverseScale);
            var b = RoundFour(source[(i + 4)..], inverseScale);
            var c = RoundFour(source[(i + 8)..], inverseScale);
            var d = RoundFour(source[(i + 12)..], inverseScale);
            sums += a + b + (c + d);
            Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d)).CopyTo(target[i..]);
        }

        return Vector128.Sum(sums);
    }

    /// <summary>To nearest, ties to even. 127/largest may be rounded up, but never by as much as a half.</summary>
    private static Vector128<int> RoundFour(ReadOnlySpan<float> source, float inverseScale) =>
        Vector128.ConvertToInt32(Vector128.Round(Vector128.Create(source) * inverseScale));

    /// <summary>The product with all rows of <paramref name="weights"/> and the first <paramref name="columns"/> columns.</summary>
    public unsafe void Multiply(ReadOnlySpan<byte> weights, int columns, Span<float> output, int stride, TernaryPath path)
    {
        fixed (byte* w = weights)
        fixed (sbyte* a = _values)
        fixed (float* scales = _scales, y = output)
        fixed (int* sums = _sums)
        {
            TernaryProduct.TernaryColumns view = new(a, scales, sums, Length, ColumnStride, Blocks);
            TernaryProduct.Multiply(w, weights.Length / (Blocks * Tq2.BlockSize), view, null, columns, y, stride, path);
        }
    }
}
