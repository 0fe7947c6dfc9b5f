namespace Vibee.Trinity.Kernels.Panels;

/// <summary>
/// How panels hold the integers of weights. A unit is 16 or 32 weights of each of a panel's rows, in pairs of registers (the
/// first half of the rows, the second); a byte has bits of several groups of four neighbouring weights.
/// </summary>
/// <typeparam name="TLanes">Half a panel's rows.</typeparam>
/// <typeparam name="TV">A register.</typeparam>
internal unsafe interface ICodes<TLanes, TV>
    where TLanes : struct, ILanes<TV>
    where TV : struct
{
    /// <summary>Groups of four weights in a unit: 4 or 8.</summary>
    static abstract int UnitGroups { get; }

    /// <summary>Pairs of registers in a unit.</summary>
    static abstract int UnitRegisters { get; }

    /// <summary>Groups whose products with activations can be added as 16 bits: 2, 4, or all that share a scale; 0 where codes
    /// are signed bytes, of which only one can.</summary>
    static abstract int SumGroups { get; }

    /// <summary>The codes of a group.</summary>
    /// <param name="unit">The first register of these rows.</param>
    /// <param name="group">In the unit.</param>
    static abstract TV Codes(byte* unit, int group);

    /// <summary>Adds the products of a group with activations: as 16 bits, or as 32 where <see cref="SumGroups"/> is 0.</summary>
    static abstract TV AddProducts(TV sums, TV codes, TV x);

    /// <summary>Puts a row's codes, four to a number, into a unit.</summary>
    static abstract void Pack(uint* codes, byte* unit, int row);
}
