using System.Numerics;
using System.Text;

namespace Vibee.Gguf;

/// <summary>Writes GGUF version 3. Keys and tensors come out in the order in which they were added.</summary>
public sealed class GgufWriter
{
    private readonly uint _alignment;
    private readonly List<(string Key, Action<BinaryWriter> Write)> _values = [];
    private readonly List<(TensorShape Shape, Action<Stream> Write)> _tensors = [];

    /// <param name="alignment">Bytes; tensors begin at multiples of it. A power of two from 8 on.</param>
    public GgufWriter(uint alignment = 32)
    {
        if (alignment < 8 || !BitOperations.IsPow2(alignment))
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, "must be a power of two from 8 on");
        _alignment = alignment;
        if (alignment != 32)
            Add("general.alignment", alignment);
    }

    public void Add(string key, string value) => Add(key, GgufValueType.String, w => WriteString(w, value));

    public void Add(string key, bool value) => Add(key, GgufValueType.Bool, w => w.Write(value));

    public void Add(string key, uint value) => Add(key, GgufValueType.UInt32, w => w.Write(value));

    public void Add(string key, int value) => Add(key, GgufValueType.Int32, w => w.Write(value));

    public void Add(string key, ulong value) => Add(key, GgufValueType.UInt64, w => w.Write(value));

    public void Add(string key, float value) => Add(key, GgufValueType.Float32, w => w.Write(value));

    public void Add(string key, double value) => Add(key, GgufValueType.Float64, w => w.Write(value));

    public void Add(string key, ushort value) => Add(key, GgufValueType.UInt16, w => w.Write(value));

    public void Add(string key, IReadOnlyCollection<string> values) => AddArray(key, GgufValueType.String, values, WriteString);

    public void Add(string key, IReadOnlyCollection<int> values) => AddArray(key, GgufValueType.Int32, values, (w, value) => w.Write(value));

    public void Add(string key, IReadOnlyCollection<uint> values) => AddArray(key, GgufValueType.UInt32, values, (w, value) => w.Write(value));

    public void Add(string key, IReadOnlyCollection<float> values) => AddArray(key, GgufValueType.Float32, values, (w, value) => w.Write(value));

    public void Add(string key, IReadOnlyCollection<bool> values) => AddArray(key, GgufValueType.Bool, values, (w, value) => w.Write(value));

    /// <param name="name">At most 63 bytes, or llama.cpp will not take it.</param>
    /// <param name="type">How <paramref name="data"/> is stored.</param>
    /// <param name="dimensions">Innermost first.</param>
    /// <param name="data">Read when the file is written, not now.</param>
    public void AddTensor(string name, GgmlType type, ReadOnlySpan<long> dimensions, ReadOnlyMemory<byte> data)
    {
        var length = AddTensor(name, type, dimensions, stream => stream.Write(data.Span));
        if (length == data.Length)
            return;
        _tensors.RemoveAt(_tensors.Count - 1);
        throw new ArgumentException($"tensor '{name}' takes {length} bytes, not {data.Length}", nameof(data));
    }

    /// <summary>As the other, for data too large to hold: <paramref name="write"/> produces it while the file is written.</summary>
    /// <returns>How many bytes <paramref name="write"/> must write.</returns>
    public long AddTensor(string name, GgmlType type, ReadOnlySpan<long> dimensions, Action<Stream> write)
    {
        var shape = TensorShape.TryCreate(name, type, dimensions.ToArray(), out var problem)
            ?? throw new ArgumentException($"tensor '{name}' {problem}", nameof(dimensions));
        _tensors.Add((shape, write));
        return shape.ByteLength;
    }

    public void WriteTo(string path)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        WriteTo(stream);
    }

    /// <param name="stream">Written from its current position on, which must be the file's beginning; must know its position.</param>
    public void WriteTo(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_values.Count);
        foreach (var (key, write) in _values)
        {
            WriteString(writer, key);
            write(writer);
        }
        WriteTensors(writer);
    }

    private void WriteTensors(BinaryWriter writer)
    {
        long offset = 0;
        foreach (var (shape, _) in _tensors)
        {
            WriteString(writer, shape.Name);
            writer.Write((uint)shape.Dimensions.Length);
            foreach (var dimension in shape.Dimensions)
                writer.Write(dimension);
            writer.Write((uint)shape.Type);
            writer.Write(offset);
            offset += Padded(shape.ByteLength);
        }

        writer.Flush();
        var stream = writer.BaseStream;
        Pad(stream);
        foreach (var (shape, write) in _tensors)
        {
            var start = stream.Position;
            write(stream);
            if (stream.Position - start != shape.ByteLength)
                throw new InvalidOperationException($"tensor '{shape.Name}' was written as {stream.Position - start} bytes, not {shape.ByteLength}");
            Pad(stream);
        }
    }

    private void Add(string key, GgufValueType type, Action<BinaryWriter> write) => _values.Add((key, writer =>
    {
        writer.Write((uint)type);
        write(writer);
    }));

    private void AddArray<T>(string key, GgufValueType type, IReadOnlyCollection<T> values, Action<BinaryWriter, T> write) =>
        Add(key, GgufValueType.Array, writer =>
        {
            writer.Write((uint)type);
            writer.Write((ulong)values.Count);
            foreach (var value in values)
                write(writer, value);
        });

    private long Padded(long length) => (length + _alignment - 1) & -(long)_alignment;

    private void Pad(Stream stream)
    {
        Span<byte> zeros = stackalloc byte[64];
        zeros.Clear();
        for (var left = Padded(stream.Position) - stream.Position; left > 0; left -= Math.Min(left, zeros.Length))
            stream.Write(zeros[..(int)Math.Min(left, zeros.Length)]);
    }

    private static void WriteString(BinaryWriter writer, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
