namespace Vibee.Trinity.Tokenizers;

/// <summary>
/// Byte strings by number, in one buffer: a vocabulary of 150,000 tokens is two arrays instead of 150,000 objects.
/// </summary>
/// <remarks>Safe to read from several threads once filled.</remarks>
internal sealed class ByteStrings(int capacity)
{
    private readonly List<int> _ends = new(capacity);
    private byte[] _bytes = new byte[8 * capacity];

    public int Count => _ends.Count;

    public long Bytes => _bytes.Length + (long)sizeof(int) * _ends.Capacity;

    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            return _bytes.AsSpan(start, _ends[index] - start);
        }
    }

    public int Add(ReadOnlySpan<byte> bytes)
    {
        var start = Count == 0 ? 0 : _ends[^1];
        var end = checked(start + bytes.Length);
        if (end > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _bytes.Length)));
        bytes.CopyTo(_bytes.AsSpan(start));
        _ends.Add(end);
        return Count - 1;
    }
}
