namespace Vibee.Trinity.Kernels.Panels;

/// <summary>
/// How panels hold weights in blocks of 256. A unit is 16 or 32 weights of each of a panel's rows, in pairs of registers
/// (the first half of the rows, the second); a byte has bits of several groups of four neighbouring weights.
/// </summary>
/// <typeparam name="TLanes">Half a panel's rows.</typeparam>
/// <typeparam name="TV">A register.</typeparam>
internal unsafe interface ISuperPanel<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    /// <summary>Groups of four weights in a unit: 4 or 8.</summary>
    static abstract int UnitGroups { get; }

    /// <summary>Pairs of registers in a unit.</summary>
    static abstract int UnitRegisters { get; }

    /// <summary>Weights that share a small scale: 16 or 32; 128 where there are none, and it is 1.</summary>
    static abstract int ScaleLength { get; }

    /// <summary>What is taken from codes to have weights; the small scales then have a sign.</summary>
    static abstract int Zero { get; }

    /// <summary>Whether there are offsets, as many as small scales.</summary>
    static abstract bool HasOffsets { get; }

    /// <summary>Groups whose products with activations can be added as 16 bits: 2, 4, or all that share a small scale.</summary>
    static abstract int SumGroups { get; }

    /// <summary>The codes of a group.</summary>
    /// <param name="unit">The first register of these rows.</param>
    /// <param name="group">In the unit.</param>
    static abstract TV Codes(byte* unit, int group);

    /// <summary>Puts a row's codes, four to a number, into a unit.</summary>
    static abstract void Pack(uint* codes, byte* unit, int row);
}
