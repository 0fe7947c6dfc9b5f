using System.Text.Json;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>A schema object and where it stands; knows what kinds of value its keywords must have.</summary>
internal readonly struct SchemaObject
{
    private static readonly string[] KnownTypes = ["null", "boolean", "number", "integer", "string", "object", "array"];

    private readonly JsonElement _schema;

    public SchemaObject(JsonElement schema, string pointer)
    {
        (_schema, Pointer) = (schema, pointer);
        if (schema.ValueKind != JsonValueKind.Object)
            throw new GrammarException($"{Place(pointer)}: a schema must be an object or a boolean", pointer);
    }

    public string Pointer { get; }

    public bool Has(string keyword) => _schema.TryGetProperty(keyword, out _);

    public bool HasAny(params ReadOnlySpan<string> keywords)
    {
        foreach (var keyword in keywords)
        {
            if (Has(keyword))
                return true;
        }
        return false;
    }

    public bool IsTrue(string keyword) => TryGet(keyword, out var value) && value.ValueKind == JsonValueKind.True;

    public bool TryGet(string keyword, out JsonElement value) => _schema.TryGetProperty(keyword, out value);

    public bool TryGet(string keyword, JsonValueKind kind, out JsonElement value)
    {
        if (!_schema.TryGetProperty(keyword, out value))
            return false;
        return value.ValueKind == kind ? true : throw Problem(keyword, $"must be {Article(kind)}");
    }

    /// <summary>A schema as the value of a keyword.</summary>
    public (JsonElement Schema, string Pointer)? Sub(string keyword)
    {
        if (!TryGet(keyword, out var schema))
            return null;
        return schema.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False
            ? (schema, $"{Pointer}/{keyword}")
            : throw Problem(keyword, "must be a schema");
    }

    /// <summary>Schemas in an array.</summary>
    public IReadOnlyList<(JsonElement Schema, string Pointer)> List(string keyword)
    {
        if (!TryGet(keyword, JsonValueKind.Array, out var list))
            return [];
        var pointer = $"{Pointer}/{keyword}";
        return [.. list.EnumerateArray().Select((schema, index) => (schema, $"{pointer}/{index}"))];
    }

    /// <summary>Members of an object; of equal names the last counts.</summary>
    public IReadOnlyList<(string Name, string Pointer, JsonElement Value)> Members(string keyword)
    {
        if (!TryGet(keyword, JsonValueKind.Object, out var members))
            return [];
        var result = new List<(string, string, JsonElement)>();
        foreach (var member in members.EnumerateObject())
            result.Add((member.Name, $"{Pointer}/{keyword}/{Escaped(member.Name)}", member.Value));
        return result;
    }

    /// <returns>Null: any type.</returns>
    public IReadOnlyList<string>? Types()
    {
        if (!TryGet("type", out var type))
            return null;
        JsonElement[] types = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray()] : [type];
        var names = new List<string>();
        foreach (var name in types)
        {
            if (name.ValueKind != JsonValueKind.String || !KnownTypes.Contains(name.GetString()))
                throw Problem("type", "must be one of " + string.Join(", ", KnownTypes));
            names.Add(name.GetString()!);
        }
        return names;
    }

    /// <summary>Two counts; the second is <see cref="Repeat.Unlimited"/> where there is none.</summary>
    public (int Min, int Max) Range(string least, string most) => (Count(least, 0), Count(most, Repeat.Unlimited));

    public GrammarException Problem(string keyword, string what) =>
        new($"{keyword} at {Place(Pointer)} {what}", $"{Pointer}/{keyword}");

    public static string Escaped(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Place(string pointer) => pointer.Length == 0 ? "the root" : pointer;

    private int Count(string keyword, int otherwise)
    {
        if (!TryGet(keyword, out var value))
            return otherwise;
        if (value.ValueKind != JsonValueKind.Number || ExactNumber.Parse(value.GetRawText()) is not { Sign: >= 0, IsInteger: true } number)
            throw Problem(keyword, "must be a whole number that is not negative");
        return number.Unscaled >= int.MaxValue ? Repeat.Unlimited : (int)number.Unscaled;
    }

    private static string Article(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "a " + kind.ToString().ToLowerInvariant(),
    };
}
