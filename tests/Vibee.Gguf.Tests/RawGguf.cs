using System.Text;

namespace Vibee.Gguf.Tests;

/// <summary>Writes GGUF by the byte, so that it can be wrong where the product's writer cannot.</summary>
internal sealed class RawGguf
{
    private readonly MemoryStream _bytes = new();
    private readonly BinaryWriter _writer;

    public RawGguf(ulong tensors = 0, ulong keys = 0, uint version = 3)
    {
        _writer = new BinaryWriter(_bytes);
        _writer.Write("GGUF"u8);
        U32(version).U64(tensors).U64(keys);
    }

    public RawGguf U8(byte value)
    {
        _writer.Write(value);
        return this;
    }

    public RawGguf U32(uint value)
    {
        _writer.Write(value);
        return this;
    }

    public RawGguf U64(ulong value)
    {
        _writer.Write(value);
        return this;
    }

    public RawGguf Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        U64((ulong)bytes.Length);
        _writer.Write(bytes);
        return this;
    }

    public RawGguf Key(string key, GgufValueType type) => Text(key).U32((uint)type);

    public RawGguf Tensor(string name, GgmlType type, ulong offset, params ulong[] dimensions)
    {
        Text(name).U32((uint)dimensions.Length);
        foreach (var dimension in dimensions)
            U64(dimension);
        return U32((uint)type).U64(offset);
    }

    /// <summary>Padding to 32 bytes, then as many bytes of data.</summary>
    public RawGguf Data(int length)
    {
        _bytes.SetLength((_bytes.Length + 31) / 32 * 32 + length);
        _bytes.Position = _bytes.Length;
        return this;
    }

    public byte[] Bytes => _bytes.ToArray();
}
