using System.Text;

namespace Vibee.Gguf;

/// <summary>
/// The keys and values of a file. Every getter answers null for a key that is absent or holds another kind of value, and
/// decodes from the mapped file when asked: a vocabulary costs nothing until it is read.
/// </summary>
/// <remarks>Safe to read from several threads; not after the <see cref="GgufFile"/> is disposed.</remarks>
public sealed class GgufMetadata
{
    private readonly MappedFile _file;
    private readonly Dictionary<string, GgufValue> _values;

    internal GgufMetadata(MappedFile file, Dictionary<string, GgufValue> values)
    {
        _file = file;
        _values = values;
    }

    public IReadOnlyCollection<string> Keys => _values.Keys;

    public bool Contains(string key) => _values.ContainsKey(key);

    /// <summary>The stored type, or that of an array's elements.</summary>
    public GgufValueType? GetType(string key) => _values.TryGetValue(key, out var value) ? value.Type : null;

    /// <summary>Null for a single value.</summary>
    public int? GetArrayLength(string key) => _values.TryGetValue(key, out var value) && value.IsArray ? value.Count : null;

    public string? GetString(string key) =>
        Single(key) is { Type: GgufValueType.String } value
            ? Encoding.UTF8.GetString(_file.Span(value.Offset + sizeof(ulong), value.Length - sizeof(ulong)))
            : null;

    /// <summary>Of any integer type; null also for one beyond 2^63.</summary>
    public long? GetInteger(string key) =>
        Single(key) is { } value && value.Type.IsInteger() ? GgufNumbers.Integer(value.Type, Bytes(value)) : null;

    /// <summary>Of any floating-point or integer type.</summary>
    public double? GetNumber(string key) =>
        Single(key) is { } value && (value.Type.IsFloat() || value.Type.IsInteger()) ? GgufNumbers.Number(value.Type, Bytes(value)) : null;

    public bool? GetBool(string key) => Single(key) is { Type: GgufValueType.Bool } value ? Bytes(value)[0] != 0 : null;

    public GgufStringArray? GetStrings(string key) =>
        Array(key) is { Type: GgufValueType.String } value ? new GgufStringArray(_file, value) : null;

    /// <summary>An array of any integer type; elements beyond 2^63 read as <see cref="long.MaxValue"/>.</summary>
    public IReadOnlyList<long>? GetIntegers(string key) =>
        Array(key) is { } value && value.Type.IsInteger()
            ? new GgufNumberArray<long>(_file, value, static (type, bytes) => GgufNumbers.Integer(type, bytes) ?? long.MaxValue)
            : null;

    /// <summary>An array of any floating-point or integer type.</summary>
    public IReadOnlyList<double>? GetNumbers(string key) =>
        Array(key) is { } value && (value.Type.IsFloat() || value.Type.IsInteger())
            ? new GgufNumberArray<double>(_file, value, GgufNumbers.Number)
            : null;

    public IReadOnlyList<bool>? GetBools(string key) =>
        Array(key) is { Type: GgufValueType.Bool } value
            ? new GgufNumberArray<bool>(_file, value, static (_, bytes) => bytes[0] != 0)
            : null;

    private GgufValue? Single(string key) => _values.TryGetValue(key, out var value) && !value.IsArray ? value : null;

    private GgufValue? Array(string key) => _values.TryGetValue(key, out var value) && value.IsArray ? value : null;

    private ReadOnlySpan<byte> Bytes(GgufValue value) => _file.Span(value.Offset, value.Length);
}
