using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Kernels;

/// <summary>16-bit floats to 32-bit ones and back. .NET has no instruction for it: these are integer operations, exact for
/// every input, infinities, NaNs and subnormal numbers included.</summary>
internal static unsafe class Halves
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => (float)Unsafe.ReadUnaligned<Half>(source);

    /// <summary>Eight at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector128<ushort> halves)
    {
        var bits = Vector256.WidenLower(halves.AsInt16().ToVector256Unsafe());
        var sign = bits & Vector256.Create(int.MinValue);
        // Exponent and fraction moved to their places. What had the largest exponent now has the largest of 32 bits, and is
        // no number whatever it is multiplied with; others are 2^112 times what they should be.
        var large = (((bits << 13) & Vector256.Create(0x7fff << 13)) + Vector256.Create(224 << 23)).AsSingle();
        var normal = large * Vector256.Create((127 - 112) << 23).AsSingle();
        // A subnormal number is its fraction · 2^-24, here under the exponent of 2^-14, which is taken away. For other
        // numbers that would be twice too much and less 2^-14, hence more than they are.
        var subnormal = Vector256.MultiplyAddEstimate(large, Vector256.Create((127 - 111) << 23).AsSingle(), Vector256.Create((127 - 14) << 23 | int.MinValue).AsSingle());
        return (Vector256.MinNative(normal, subnormal).AsInt32() | sign).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(Half* source) => Widen(Vector128.Load((ushort*)source));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(Half* source, float* target, int count)
    {
        var i = 0;
        for (; Vector128.IsHardwareAccelerated && i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            Load8(source + i).Store(target + i);
        for (; i < count; i++)
            target[i] = (float)source[i];
    }

    /// <summary>
    /// The nearest 16-bit floats, halves to even, as 32-bit ones. What would become infinite stops at the largest of them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(float* source, float* target, int count)
    {
        const uint smallestNormal = 0x38800000;
        const uint largest = 0x477fe000;
        const uint infinite = 0x7f800000;
        var i = 0;
        for (; Vector128.IsHardwareAccelerated && i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var value = Vector256.Load(source + i);
            var magnitude = Vector256.Abs(value);
            var bits = magnitude.AsUInt32();
            var normal = Vector256.Min((bits + Vector256.Create(0xfffu) + ((bits >>> 13) & Vector256<uint>.One)) & Vector256.Create(~0x1fffu), Vector256.Create(largest));
            // Subnormal numbers are multiples of 2^-24, and so are all floats from a half to one.
            var subnormal = (magnitude + Vector256.Create(0.5f) - Vector256.Create(0.5f)).AsUInt32();
            var rounded = Vector256.ConditionalSelect(Vector256.LessThan(bits, Vector256.Create(smallestNormal)), subnormal, normal);
            rounded |= value.AsUInt32() & Vector256.Create(0x80000000u);
            Vector256.ConditionalSelect(Vector256.LessThan(bits, Vector256.Create(infinite)), rounded, value.AsUInt32()).AsSingle().Store(target + i);
        }

        for (; i < count; i++)
            target[i] = float.IsFinite(source[i]) ? (float)(Half)Math.Clamp(source[i], -65504, 65504) : source[i];
    }

    /// <summary>x = the nearest 16-bit floats to factor · x, which are from 0 to 1 or no numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RoundShares(float factor, float* x, int count)
    {
        const float smallestNormal = 6.103515625e-5f;
        var i = 0;
        for (; Vector128.IsHardwareAccelerated && i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            // As Round, which has more cases. What is no number is made one that rounding leaves alone.
            var value = Vector256.Load(x + i) * factor;
            var bits = Vector256.Min(value.AsUInt32(), Vector256.Create(0x7fc00000u));
            var normal = (bits + Vector256.Create(0xfffu) + ((bits >>> 13) & Vector256<uint>.One)) & Vector256.Create(~0x1fffu);
            var subnormal = value + Vector256.Create(0.5f) - Vector256.Create(0.5f);
            Vector256.ConditionalSelect(Vector256.LessThan(value, Vector256.Create(smallestNormal)), subnormal, normal.AsSingle()).Store(x + i);
        }

        for (; i < count; i++)
            x[i] = (float)(Half)(x[i] * factor);
    }

    public static void Narrow(float* source, Half* target, int count)
    {
        for (var i = 0; i < count; i++)
            target[i] = (Half)source[i];
    }
}
