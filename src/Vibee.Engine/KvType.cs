namespace Vibee.Engine;

/// <summary>How a runner stores the keys and values of its KV cache.</summary>
public enum KvType
{
    /// <summary>16-bit floats.</summary>
    F16,

    /// <summary>8-bit integers with a 16-bit scale for every 32 of a head: little more than half the memory.</summary>
    Q8,
}
