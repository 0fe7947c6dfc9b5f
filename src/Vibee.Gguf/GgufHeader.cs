using System.Numerics;

namespace Vibee.Gguf;

/// <summary>
/// The front of one file, checked. Layout, all little-endian: "GGUF", version (u32), number of tensors (u64), number of
/// keys (u64); per key its name, type (u32) and value; per tensor its name, rank (u32), dimensions (u64 each), type (u32)
/// and offset into the data (u64); padding up to the alignment; the data. Versions 2 and 3 share this layout.
/// </summary>
internal sealed class GgufHeader
{
    /// <summary>Longest key that the format allows.</summary>
    private const int LongestKey = 65535;
    private const int LongestTensorName = 64;
    private const int MostDimensions = 4;
    private const uint DefaultAlignment = 32;

    // The fewest bytes that one key or one tensor takes bound how many of them a file can hold.
    private const int ShortestKeyEntry = 8 + 1 + 4 + 1;
    private const int ShortestTensorEntry = 8 + 1 + 4 + 4 + 8;

    private GgufHeader(uint version, Dictionary<string, GgufValue> values, uint alignment, List<GgufTensor> tensors)
    {
        Version = version;
        Values = values;
        Alignment = alignment;
        Tensors = tensors;
    }

    public uint Version { get; }

    public Dictionary<string, GgufValue> Values { get; }

    public uint Alignment { get; }

    public List<GgufTensor> Tensors { get; }

    public static GgufHeader Read(MappedFile file)
    {
        // A header beyond 2 GiB is refused as if the file ended there: the largest real one has some tens of megabytes.
        var bytes = file.Span(0, (int)Math.Min(file.Length, int.MaxValue));
        var cursor = new GgufCursor(file.Path, bytes);
        var version = ReadVersion(ref cursor);
        var tensorCount = cursor.UInt64("its header");
        var keyCount = cursor.UInt64("its header");

        var values = ReadValues(ref cursor, keyCount);
        var alignment = ReadAlignment(ref cursor, values, bytes);
        var tensors = ReadTensors(ref cursor, tensorCount, alignment, file);
        return new GgufHeader(version, values, alignment, tensors);
    }

    private static uint ReadVersion(ref GgufCursor cursor)
    {
        if (cursor.Remaining < 4 || !cursor.Take(4, "its header").SequenceEqual("GGUF"u8))
            throw cursor.Refuse("this is not a GGUF file");
        var version = cursor.UInt32("its header");
        if (version is 2 or 3)
            return version;
        throw cursor.Refuse((version & 0xFFFF) == 0 && version != 0
            ? "the file is big-endian, which is not supported"
            : $"GGUF version {version} is not supported (2 and 3 are)");
    }

    private static Dictionary<string, GgufValue> ReadValues(ref GgufCursor cursor, ulong count)
    {
        if (count > (ulong)(cursor.Remaining / ShortestKeyEntry))
            throw cursor.Refuse($"the file claims {count} metadata keys, more than it can hold");
        var values = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (ulong i = 0; i < count; i++)
        {
            var key = cursor.Name(LongestKey, $"metadata key {i}");
            if (!values.TryAdd(key, ReadValue(ref cursor, key)))
                throw cursor.Refuse($"the key {GgufException.Quote(key)} occurs twice");
        }
        return values;
    }

    private static GgufValue ReadValue(ref GgufCursor cursor, string key)
    {
        var where = $"key {GgufException.Quote(key)}";
        var type = (GgufValueType)cursor.UInt32(where);
        var isArray = type == GgufValueType.Array;
        ulong count = 1;
        if (isArray)
        {
            type = (GgufValueType)cursor.UInt32(where);
            count = cursor.UInt64(where);
        }

        // Arrays of arrays are in the format, but no model has them and llama.cpp refuses them too.
        var size = type.Size();
        if (size == 0 && type != GgufValueType.String)
            throw cursor.Refuse($"{where} has the unknown type {(uint)type}");
        var least = type == GgufValueType.String ? sizeof(ulong) : size;
        if (count > (ulong)(cursor.Remaining / least))
            throw cursor.Refuse(isArray ? $"{where} claims {count} elements, more than the file holds" : $"the file ends inside {where}");

        var offset = cursor.Position;
        if (type == GgufValueType.String)
        {
            for (ulong i = 0; i < count; i++)
                cursor.String(where);
        }
        else
        {
            cursor.Take(count * (ulong)size, where);
        }
        return new GgufValue(type, isArray, (int)count, offset, cursor.Position - offset);
    }

    private static uint ReadAlignment(ref GgufCursor cursor, Dictionary<string, GgufValue> values, ReadOnlySpan<byte> bytes)
    {
        if (!values.TryGetValue("general.alignment", out var value))
            return DefaultAlignment;
        if (value is not { Type: GgufValueType.UInt32, IsArray: false })
            throw cursor.Refuse("key 'general.alignment' must be a 32-bit unsigned integer");
        var alignment = BitConverter.ToUInt32(bytes.Slice(value.Offset, sizeof(uint)));
        return alignment >= 8 && BitOperations.IsPow2(alignment)
            ? alignment
            : throw cursor.Refuse($"an alignment of {alignment} is not allowed (a power of two from 8 on is)");
    }

    private static List<GgufTensor> ReadTensors(ref GgufCursor cursor, ulong count, uint alignment, MappedFile file)
    {
        if (count > (ulong)(cursor.Remaining / ShortestTensorEntry))
            throw cursor.Refuse($"the file claims {count} tensors, more than it can hold");
        var entries = new List<(TensorShape Shape, ulong Offset)>();
        for (ulong i = 0; i < count; i++)
            entries.Add(ReadTensor(ref cursor, i));

        var dataStart = (cursor.Position + (long)alignment - 1) & -(long)alignment;
        var tensors = new List<GgufTensor>(entries.Count);
        foreach (var (shape, offset) in entries)
        {
            var where = $"tensor {GgufException.Quote(shape.Name)}";
            if (offset % alignment != 0)
                throw cursor.Refuse($"{where} lies at offset {offset}, which is no multiple of the alignment {alignment}");
            // Unsigned throughout: an offset near 2^64 must not wrap around to the front of the file.
            var room = file.Length > dataStart ? (ulong)(file.Length - dataStart) : 0;
            if (offset > room || (ulong)shape.ByteLength > room - offset)
                throw cursor.Refuse($"the file ends inside {where}");
            tensors.Add(new GgufTensor(file, shape, dataStart + (long)offset));
        }
        RefuseOverlaps(ref cursor, tensors);
        return tensors;
    }

    private static (TensorShape, ulong) ReadTensor(ref GgufCursor cursor, ulong index)
    {
        var name = cursor.Name(LongestTensorName, $"tensor {index}");
        var where = $"the entry of tensor {GgufException.Quote(name)}";
        var rank = cursor.UInt32(where);
        if (rank > MostDimensions)
            throw cursor.Refuse($"tensor {GgufException.Quote(name)} has {rank} dimensions, where {MostDimensions} are allowed");
        var dimensions = new long[rank];
        for (var i = 0; i < dimensions.Length; i++)
            dimensions[i] = (long)cursor.UInt64(where);
        var type = cursor.UInt32(where);
        var offset = cursor.UInt64(where);
        return TensorShape.TryCreate(name, (GgmlType)type, dimensions, out var problem) is { } shape
            ? (shape, offset)
            : throw cursor.Refuse($"tensor {GgufException.Quote(name)} {problem}");
    }

    private static void RefuseOverlaps(ref GgufCursor cursor, List<GgufTensor> tensors)
    {
        var inFileOrder = tensors.ToArray();
        Array.Sort(inFileOrder, static (a, b) => a.Offset.CompareTo(b.Offset));
        for (var i = 1; i < inFileOrder.Length; i++)
        {
            var (before, after) = (inFileOrder[i - 1], inFileOrder[i]);
            if (before.Offset + before.ByteLength > after.Offset)
                throw cursor.Refuse($"the tensors {GgufException.Quote(before.Name)} and {GgufException.Quote(after.Name)} overlap");
        }
    }
}
