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
        var (low, high) = Vector128.Widen(halves);
        var bits = Vector256.Create(low, high);
        var sign = (bits & Vector256.Create(0x8000u)) << 16;
        // Exponent and fraction moved to their places; the exponent is still biased by 15 instead of 127.
        var magnitude = (bits & Vector256.Create(0x7fffu)) << 13;
        var special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x7c00u << 13));
        var tiny = Vector256.LessThan(magnitude, Vector256.Create(1u << 23));
        var normal = magnitude + Vector256.Create(112u << 23) + (special & Vector256.Create(112u << 23));
        // A subnormal number is its fraction · 2^-24: put the fraction under the exponent of 2^-14 and take that away.
        var subnormal = (magnitude + Vector256.Create(113u << 23)).AsSingle() - Vector256.Create(113u << 23).AsSingle();
        return (Vector256.ConditionalSelect(tiny, subnormal.AsUInt32(), normal) | sign).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8(Half* source) => Widen(Vector128.Load((ushort*)source));

    public static void Widen(Half* source, float* target, int count)
    {
        var i = 0;
        for (; Vector128.IsHardwareAccelerated && i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
            Load8(source + i).Store(target + i);
        for (; i < count; i++)
            target[i] = (float)source[i];
    }

    public static void Narrow(float* source, Half* target, int count)
    {
        for (var i = 0; i < count; i++)
            target[i] = (Half)source[i];
    }
}
