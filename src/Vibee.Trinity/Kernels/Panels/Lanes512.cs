using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>Sixteen rows: AVX-512, where it is there.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<byte>>
{
    public static int Count => Vector512<int>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> floats, float* target) => floats.AsSingle().Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Broadcast(int bits) => Vector512.Create(bits).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> WidenUnsigned(byte* source) => Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> WidenSigned(byte* source) => Vector512.WidenLower(Vector256.Load((sbyte*)source).ToVector512Unsafe()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> WidenHalves(byte* source) => Vector512.Create(Halves.Load8((Half*)source), Halves.Load8((Half*)source + 8)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> WidenUpper(byte* source) => (Vector512.WidenLower(Vector256.Load((ushort*)source).ToVector512Unsafe()) << 16).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> TwiceLower(Vector512<byte> shorts)
    {
        var lanes = shorts.AsUInt32();
        return ((lanes & Vector512.Create(0xffffu)) | (lanes << 16)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> UpperToLower(Vector512<byte> shorts) => (shorts.AsUInt32() >>> 16).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> And(Vector512<byte> a, Vector512<byte> b) => a & b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Or(Vector512<byte> a, Vector512<byte> b) => a | b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftLeft(Vector512<byte> shorts, int count) => (shorts.AsUInt16() << count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ShiftRight(Vector512<byte> shorts, int count) => (shorts.AsUInt16() >>> count).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LookUp(Vector128<byte> table, Vector512<byte> indexes) =>
        Avx512BW.IsSupported
            ? Avx512BW.Shuffle(Vector512.Create(Vector256.Create(table, table), Vector256.Create(table, table)), indexes)
            : Vector512.Create(Lanes256.LookUp(table, indexes.GetLower()), Lanes256.LookUp(table, indexes.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyBytes(Vector512<byte> unsigned, Vector512<byte> signed)
    {
        if (Avx512BW.IsSupported)
            return Avx512BW.MultiplyAddAdjacent(unsigned, signed.AsSByte()).AsByte();
        var even = (unsigned.AsInt16() & Vector512.Create((short)0xff)) * (signed.AsInt16() << 8 >> 8);
        return (even + (unsigned.AsInt16() >>> 8) * (signed.AsInt16() >> 8)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplySigned(Vector512<byte> weights, Vector512<byte> values)
    {
        if (Avx512BW.IsSupported)
        {
            var signed = Vector512.ConditionalSelect(Vector512.LessThan(weights.AsSByte(), Vector512<sbyte>.Zero), -values.AsSByte(), values.AsSByte());
            return Avx512BW.MultiplyAddAdjacent(Avx512BW.Abs(weights.AsSByte()), signed).AsByte();
        }

        var even = (weights.AsInt16() << 8 >> 8) * (values.AsInt16() << 8 >> 8);
        return (even + (weights.AsInt16() >> 8) * (values.AsInt16() >> 8)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyShorts(Vector512<byte> a, Vector512<byte> b)
    {
        if (Avx512BW.IsSupported)
            return Avx512BW.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16()).AsByte();
        var even = (a.AsInt32() << 16 >> 16) * (b.AsInt32() << 16 >> 16);
        return (even + (a.AsInt32() >> 16) * (b.AsInt32() >> 16)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddShorts(Vector512<byte> a, Vector512<byte> b) => (a.AsInt16() + b.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddIntegers(Vector512<byte> a, Vector512<byte> b) => (a.AsInt32() + b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> SubtractIntegers(Vector512<byte> a, Vector512<byte> b) => (a.AsInt32() - b.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ToFloats(Vector512<byte> integers) => Vector512.ConvertToSingle(integers.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Multiply(Vector512<byte> a, Vector512<byte> b) => (a.AsSingle() * b.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Add(Vector512<byte> a, Vector512<byte> b) => (a.AsSingle() + b.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyAdd(Vector512<byte> a, Vector512<byte> b, Vector512<byte> sum) =>
        Vector512.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), sum.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total(Vector512<byte> floats) => Vector512.Sum(floats.AsSingle());
}
