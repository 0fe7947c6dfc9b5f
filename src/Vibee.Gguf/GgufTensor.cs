namespace Vibee.Gguf;

/// <summary>A tensor of a file. Its bytes are those of the mapping: they are valid until the <see cref="GgufFile"/> is disposed.</summary>
public sealed class GgufTensor
{
    private readonly MappedFile _file;
    private readonly TensorShape _shape;

    internal GgufTensor(MappedFile file, TensorShape shape, long offset)
    {
        _file = file;
        _shape = shape;
        Offset = offset;
    }

    public string Name => _shape.Name;

    public GgmlType Type => _shape.Type;

    /// <summary>Innermost first: a matrix of r rows and c columns has the dimensions [c, r]. Empty for a single number.</summary>
    public IReadOnlyList<long> Dimensions => _shape.Dimensions;

    public long ElementCount => _shape.ElementCount;

    public long ByteLength => _shape.ByteLength;

    /// <summary>From the start of its file, which is one of several for a split model: <see cref="FilePath"/>.</summary>
    public long Offset { get; }

    public string FilePath => _file.Path;

    /// <summary>All bytes. Only for tensors up to 2 GiB; larger ones are read by <see cref="Slice"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _file.Span(Offset, checked((int)ByteLength));

    /// <summary>Some bytes, at an offset from the tensor's first.</summary>
    public ReadOnlyMemory<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ByteLength - length);
        return _file.Memory(Offset + offset, length);
    }
}
