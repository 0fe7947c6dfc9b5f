using System.Collections;

namespace Vibee.Gguf;

/// <summary>Numbers (or truth values) decoded from the file as they are read.</summary>
internal sealed class GgufNumberArray<T>(MappedFile file, GgufValue value, GgufNumberArray<T>.Decoder decode) : IReadOnlyList<T>
{
    internal delegate T Decoder(GgufValueType type, ReadOnlySpan<byte> bytes);

    public int Count => value.Count;

    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)value.Count);
            var size = value.Type.Size();
            return decode(value.Type, file.Span(value.Offset + (long)index * size, size));
        }
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
