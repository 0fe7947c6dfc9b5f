namespace Vibee.Gguf;

/// <summary>A tensor's name, type and dimensions, known to be of a size that can be counted.</summary>
internal sealed class TensorShape
{
    private TensorShape(string name, GgmlType type, long[] dimensions, long elementCount)
    {
        Name = name;
        Type = type;
        Dimensions = dimensions;
        ElementCount = elementCount;
    }

    public string Name { get; }

    public GgmlType Type { get; }

    public long[] Dimensions { get; }

    public long ElementCount { get; }

    /// <summary>Exact: rows hold whole blocks, and the count of elements times the size of a block fits, with a tail (checked below).</summary>
    public long ByteLength => ElementCount / Type.BlockSize() * Type.TypeSize() + Type.TailSize();

    /// <returns>Null, and a predicate for a message ("has …"), if there can be no such tensor.</returns>
    public static TensorShape? TryCreate(string name, GgmlType type, long[] dimensions, out string problem)
    {
        problem = "";
        var block = type.BlockSize();
        if (block == 0)
        {
            problem = $"has the unknown type {(uint)type}";
            return null;
        }

        long elements = 1;
        foreach (var dimension in dimensions)
        {
            // Bounded so that the bytes, at most 8 per element, still fit a signed 64-bit number.
            if (dimension <= 0 || dimension > long.MaxValue / 8 / elements)
            {
                problem = $"has the impossible dimensions {string.Join(" x ", dimensions.Select(d => (ulong)d))}";
                return null;
            }
            elements *= dimension;
        }
        if (block > 1 && (dimensions.Length == 0 || dimensions[0] % block != 0))
        {
            problem = $"has rows that are no multiple of {block}, the block of its type {type}";
            return null;
        }
        return new TensorShape(name, type, dimensions, elements);
    }
}
