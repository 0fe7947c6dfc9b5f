using System.Runtime.Intrinsics;

namespace Vibee.Trinity.Kernels.Panels;

/// <summary>
/// One width of vector registers: what <see cref="SuperTile{TLanes, TV, TPanel}"/> and its like need of it. A register is
/// one type, whatever it holds at the moment; a lane of 32 bits belongs to one row of weights.
/// </summary>
/// <typeparam name="TV">The register.</typeparam>
internal unsafe interface ILanes<TV> where TV : struct
{
    /// <summary>Lanes of 32 bits, which are rows.</summary>
    static abstract int Count { get; }

    static abstract TV Load(byte* source);

    static abstract void Store(TV floats, float* target);

    /// <summary>The same 32 bits in every lane.</summary>
    static abstract TV Broadcast(int bits);

    /// <summary>Two bytes of each row, widened to 16 bits.</summary>
    static abstract TV WidenUnsigned(byte* source);

    static abstract TV WidenSigned(byte* source);

    /// <summary>A 16-bit float of each row.</summary>
    static abstract TV WidenHalves(byte* source);

    /// <summary>A 16-bit float of each row that is the upper half of a 32-bit one.</summary>
    static abstract TV WidenUpper(byte* source);

    /// <summary>The lower 16 bits of each lane in both of its halves.</summary>
    static abstract TV TwiceLower(TV shorts);

    /// <summary>The upper 16 bits of each lane in the place of the lower.</summary>
    static abstract TV UpperToLower(TV shorts);

    static abstract TV And(TV a, TV b);

    static abstract TV Or(TV a, TV b);

    /// <summary>Shifts 16-bit values: bits from the neighbouring byte are to be masked.</summary>
    static abstract TV ShiftLeft(TV shorts, int count);

    static abstract TV ShiftRight(TV shorts, int count);

    /// <summary>The bytes of a table of sixteen that indexes below 16 name.</summary>
    static abstract TV LookUp(Vector128<byte> table, TV indexes);

    /// <summary>Unsigned bytes times signed ones, neighbours added as 16 bits; who calls knows that they fit.</summary>
    static abstract TV MultiplyBytes(TV unsigned, TV signed);

    /// <summary>Signed bytes times signed ones that are not −128, neighbours added as 16 bits, which always fit.</summary>
    static abstract TV MultiplySigned(TV weights, TV values);

    /// <summary>Signed 16 bits times signed 16 bits, neighbours added as 32 bits.</summary>
    static abstract TV MultiplyShorts(TV a, TV b);

    static abstract TV AddShorts(TV a, TV b);

    static abstract TV AddIntegers(TV a, TV b);

    static abstract TV SubtractIntegers(TV a, TV b);

    static abstract TV ToFloats(TV integers);

    static abstract TV Multiply(TV a, TV b);

    static abstract TV Add(TV a, TV b);

    /// <summary>a · b + sum, rounded once where the processor can.</summary>
    static abstract TV MultiplyAdd(TV a, TV b, TV sum);

    /// <summary>The floats of all lanes.</summary>
    static abstract float Total(TV floats);
}
