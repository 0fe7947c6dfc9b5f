using System.Buffers.Binary;
using System.Collections;
using System.Text;

namespace Vibee.Gguf;

/// <summary>Strings of the file, such as a vocabulary, decoded as they are read.</summary>
public sealed class GgufStringArray : IReadOnlyList<string>
{
    private readonly MappedFile _file;

    /// <summary>Where each string's length lies. Four bytes per string, and each string has at least eight in the file.</summary>
    private readonly int[] _offsets;

    internal GgufStringArray(MappedFile file, GgufValue value)
    {
        _file = file;
        _offsets = new int[value.Count];
        var bytes = file.Span(0, value.Offset + value.Length);
        var offset = value.Offset;
        for (var i = 0; i < _offsets.Length; i++)
        {
            _offsets[i] = offset;
            // The header's reader has walked the same lengths, so they fit.
            offset += sizeof(ulong) + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
        }
    }

    public int Count => _offsets.Length;

    /// <summary>Bytes that are not UTF-8 become U+FFFD; see <see cref="GetBytes"/>.</summary>
    public string this[int index] => Encoding.UTF8.GetString(GetBytes(index));

    /// <summary>The bytes as they stand in the file: tokens need not be valid UTF-8.</summary>
    public ReadOnlySpan<byte> GetBytes(int index)
    {
        var offset = _offsets[index];
        var length = BinaryPrimitives.ReadUInt64LittleEndian(_file.Span(offset, sizeof(ulong)));
        return _file.Span(offset + sizeof(ulong), checked((int)length));
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
