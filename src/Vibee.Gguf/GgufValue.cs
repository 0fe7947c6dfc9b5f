namespace Vibee.Gguf;

/// <summary>
/// Where a metadata value lies in the file; decoded when asked for. The type is that of an array's elements, the count 1
/// for a single value. The offset is that of the value, of a string's length, or of an array's first element; the length
/// is in bytes and includes the lengths written before strings.
/// </summary>
internal readonly record struct GgufValue(GgufValueType Type, bool IsArray, int Count, int Offset, int Length);
