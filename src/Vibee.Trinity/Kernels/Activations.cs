using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vibee.Trinity.Kernels.Panels;
using Vibee.Trinity.Memory;

namespace Vibee.Trinity.Kernels;

/// <summary>
/// The columns that weights are multiplied with: one column of values per token, as floats and, when asked, in the
/// other forms. Buffers are cut once for the most columns a batch can have.
/// </summary>
/// <remarks>
/// <para>Scales belong to blocks of 32 or 256 values, never to a whole column: one outlier channel would then take the
/// precision of all others (measured: 6e-2 relative error instead of 2.5e-2).</para>
/// <para>Columns may be written by different workers at the same time; each touches its own only.</para>
/// </remarks>
internal sealed unsafe class Activations : Matrix
{
    public const int Block = 32;
    public const int SuperBlock = 256;
    public const int SubBlock = 16;

    private readonly sbyte* _quants;
    private readonly float* _scales;
    private readonly float* _sums;
    private readonly int* _integerSums;
    private readonly sbyte* _superQuants;
    private readonly float* _superScales;
    private readonly short* _superSums;
    private readonly short* _wideSums;
    private readonly float* _halves;

    /// <param name="arena">Where the buffers are cut from.</param>
    /// <param name="columns">The most columns.</param>
    /// <param name="length">Values per column.</param>
    /// <param name="forms">The forms beside floats that will ever be asked for.</param>
    public Activations(Arena arena, int columns, int length, ActivationForms forms)
        : base(arena, columns, length)
    {
        if (forms.HasFlag(ActivationForms.Blocks))
        {
            _quants = arena.Take<sbyte>((long)columns * Stride);
            _scales = arena.Take<float>((long)columns * Stride / Block);
            _sums = arena.Take<float>((long)columns * Stride / Block);
            _integerSums = arena.Take<int>((long)columns * Stride / Block);
        }

        if (forms.HasFlag(ActivationForms.SuperBlocks))
        {
            _superQuants = arena.Take<sbyte>((long)columns * Stride);
            _superScales = arena.Take<float>((long)columns * (Stride / SuperBlock + 1));
            _superSums = arena.Take<short>((long)columns * Stride / SubBlock);
            _wideSums = arena.Take<short>((long)columns * Stride / Block);
        }

        if (forms.HasFlag(ActivationForms.Halves))
            _halves = arena.Take<float>((long)columns * Stride);
    }

    public QuantizedColumn<float> Blocks(int column) => new(
        _quants + (long)column * Stride,
        _scales + (long)column * Stride / Block,
        _sums + (long)column * Stride / Block);

    /// <summary>The same for panels.</summary>
    public BlockColumn BlockColumn(int column) => new(
        _quants + (long)column * Stride,
        _scales + (long)column * Stride / Block,
        _sums + (long)column * Stride / Block,
        _integerSums + (long)column * Stride / Block);

    public QuantizedColumn<short> SuperBlocks(int column) => new(
        _superQuants + (long)column * Stride,
        _superScales + (long)column * (Stride / SuperBlock + 1),
        _superSums + (long)column * Stride / SubBlock);

    /// <summary>The same for panels.</summary>
    /// <param name="column">Which.</param>
    /// <param name="narrow">Whether with the sums of each 16 integers, or of 32.</param>
    public SuperColumn SuperColumn(int column, bool narrow) => new(
        _superQuants + (long)column * Stride,
        _superScales + (long)column * (Stride / SuperBlock + 1),
        narrow ? _superSums + (long)column * Stride / SubBlock : _wideSums + (long)column * Stride / Block);

    /// <summary>The floats rounded to 16 bits.</summary>
    public float* Rounded(int column) => _halves + (long)column * Stride;

    /// <summary>Makes the other forms of a column from its floats.</summary>
    public void Quantize(int column, ActivationForms forms)
    {
        if (forms.HasFlag(ActivationForms.Blocks))
            QuantizeBlocks(column);
        if (forms.HasFlag(ActivationForms.SuperBlocks))
            QuantizeSuperBlocks(column);
        if (forms.HasFlag(ActivationForms.Halves))
            Halves.Round(Column(column), Rounded(column), Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void QuantizeBlocks(int column)
    {
        var values = Column(column);
        var target = Blocks(column);
        for (var (block, start) = (0, 0); start < Length; block++, start += Block)
        {
            var largest = Largest(values + start, Block);
            // Rounded to 16 bits as in the reference: the integers are made with the exact one.
            var scale = (float)(Half)(largest / 127);
            target.Scales[block] = scale;
            var sum = Round(values + start, target.Quants + start, Block, largest > 0 ? 127 / largest : 0);
            target.Sums[block] = scale * sum;
            _integerSums[(long)column * Stride / Block + block] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void QuantizeSuperBlocks(int column)
    {
        var values = Column(column);
        var target = SuperBlocks(column);
        var wide = _wideSums + (long)column * Stride / Block;
        for (var (block, start) = (0, 0); start < Length; block++, start += SuperBlock)
        {
            var largest = Largest(values + start, SuperBlock);
            target.Scales[block] = largest / 127;
            for (var sub = start; sub < start + SuperBlock; sub += SubBlock)
                target.Sums[sub / SubBlock] = (short)Round(values + sub, target.Quants + sub, SubBlock, largest > 0 ? 127 / largest : 0);
            for (var sub = start / SubBlock; sub < (start + SuperBlock) / SubBlock; sub += 2)
                wide[sub / 2] = (short)(target.Sums[sub] + target.Sums[sub + 1]);
        }
    }

    /// <summary>The largest magnitude; 0 where a value is no finite number, which then cannot poison the integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(float* values, int count)
    {
        var most = 0f;
        if (Vector128.IsHardwareAccelerated)
        {
            var largest = Vector256<float>.Zero;
            for (var i = 0; i < count; i += Vector256<float>.Count)
                largest = Vector256.Max(largest, Vector256.Abs(Vector256.Load(values + i)));
            for (var i = 0; i < Vector256<float>.Count; i++)
                most = MathF.Max(most, largest[i]);
        }
        else
        {
            for (var i = 0; i < count; i++)
                most = MathF.Max(most, MathF.Abs(values[i]));
        }

        // Below the smallest normal number its reciprocal would overflow.
        return float.IsFinite(most) && most > 1e-35f ? most : 0;
    }

    /// <summary>Rounds to the nearest integer, halves to even.</summary>
    /// <returns>The sum of the integers.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Round(float* values, sbyte* quants, int count, float factor)
    {
        if (!Vector128.IsHardwareAccelerated)
            return RoundScalar(values, quants, count, factor);
        var sums = Vector256<int>.Zero;
        for (var i = 0; i < count; i += 2 * Vector256<float>.Count)
        {
            var low = Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(values + i) * factor));
            var high = Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(values + i + Vector256<float>.Count) * factor));
            sums += low + high;
            var shorts = Vector256.Narrow(low, high);
            Vector128.Narrow(shorts.GetLower(), shorts.GetUpper()).Store(quants + i);
        }

        return Vector256.Sum(sums);
    }

    private static int RoundScalar(float* values, sbyte* quants, int count, float factor)
    {
        var sum = 0;
        for (var i = 0; i < count; i++)
        {
            quants[i] = (sbyte)(int)MathF.Round(values[i] * factor);
            sum += quants[i];
        }

        return sum;
    }
}
