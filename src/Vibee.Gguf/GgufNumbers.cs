using static System.Buffers.Binary.BinaryPrimitives;

namespace Vibee.Gguf;

/// <summary>Numbers from their bytes.</summary>
internal static class GgufNumbers
{
    /// <returns>Null if it does not fit.</returns>
    public static long? Integer(GgufValueType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufValueType.UInt8 => bytes[0],
        GgufValueType.Int8 => (sbyte)bytes[0],
        GgufValueType.UInt16 => ReadUInt16LittleEndian(bytes),
        GgufValueType.Int16 => ReadInt16LittleEndian(bytes),
        GgufValueType.UInt32 => ReadUInt32LittleEndian(bytes),
        GgufValueType.Int32 => ReadInt32LittleEndian(bytes),
        GgufValueType.UInt64 => ReadUInt64LittleEndian(bytes) is var number and <= long.MaxValue ? (long)number : null,
        GgufValueType.Int64 => ReadInt64LittleEndian(bytes),
        _ => null,
    };

    public static double Number(GgufValueType type, ReadOnlySpan<byte> bytes) => type switch
    {
        GgufValueType.Float32 => ReadSingleLittleEndian(bytes),
        GgufValueType.Float64 => ReadDoubleLittleEndian(bytes),
        GgufValueType.UInt64 => ReadUInt64LittleEndian(bytes),
        _ => Integer(type, bytes) ?? 0,
    };
}
