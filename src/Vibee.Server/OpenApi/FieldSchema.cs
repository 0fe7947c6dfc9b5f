using System.Text.Json;

namespace Vibee.Server.OpenApi;

/// <summary>
/// What a reader asks of one JSON value, written down while it reads examples: so the document says what the code does,
/// because it is the code that says it. Written as JSON Schema.
/// </summary>
internal sealed class FieldSchema
{
    private readonly OrderedDictionary<string, FieldSchema> _properties = [];
    private readonly List<string> _types = [];
    private string[] _choices = [];
    private double? _min;
    private double? _max;
    private FieldSchema? _items;
    private int _visits;
    private int _requirements;
    private int _lastRequiringVisit;

    public FieldSchema Items => _items ??= new FieldSchema();

    public bool Has(string name) => _properties.ContainsKey(name);

    public FieldSchema Property(string name)
    {
        if (!_properties.TryGetValue(name, out var property))
            _properties.Add(name, property = new FieldSchema());
        return property;
    }

    /// <summary>Another object of this schema is read.</summary>
    public FieldSchema Visit()
    {
        _visits++;
        return this;
    }

    /// <summary>The object at hand must have the field; only where every one must is it required.</summary>
    public void Require(string name)
    {
        var property = Property(name);
        if (property._lastRequiringVisit == _visits)
            return;
        property._lastRequiringVisit = _visits;
        property._requirements++;
    }

    public void Is(ReadOnlySpan<JsonValueKind> kinds)
    {
        foreach (var kind in kinds)
            AddType(TypeOf(kind));
    }

    public void Between(double min, double max) => (_min, _max) = (min, max);

    public void IsInteger(double min, double max)
    {
        AddType("integer");
        Between(min, max);
    }

    public void IsOneOf(ReadOnlySpan<string> choices) => _choices = [.. _choices.Union(choices.ToArray())];

    public void Write(Utf8JsonWriter json) => Write(json, isRequired: true);

    private void Write(Utf8JsonWriter json, bool isRequired)
    {
        json.WriteStartObject();
        WriteType(json, isRequired);
        if (_choices.Length > 0)
            WriteChoices(json, isRequired);
        WriteBound(json, "minimum", _min);
        WriteBound(json, "maximum", _max);
        if (_items is not null)
        {
            json.WritePropertyName("items");
            _items.Write(json);
        }

        if (_properties.Count > 0)
            WriteProperties(json);
        json.WriteEndObject();
    }

    // null is the same as absent.
    private void WriteType(Utf8JsonWriter json, bool isRequired)
    {
        string[] types = [.. _types, .. isRequired || _types.Count == 0 ? Array.Empty<string>() : ["null"]];
        if (types.Length == 1)
            json.WriteString("type", types[0]);
        else if (types.Length > 1)
            WriteStrings(json, "type", types);
    }

    private void WriteChoices(Utf8JsonWriter json, bool isRequired)
    {
        json.WriteStartArray("enum");
        foreach (var choice in _choices)
            json.WriteStringValue(choice);
        if (!isRequired)
            json.WriteNullValue();
        json.WriteEndArray();
    }

    private void WriteProperties(Utf8JsonWriter json)
    {
        bool IsRequired(FieldSchema property) => property._requirements == _visits && _visits > 0;
        json.WriteStartObject("properties");
        foreach (var (name, property) in _properties)
        {
            json.WritePropertyName(name);
            property.Write(json, IsRequired(property));
        }

        json.WriteEndObject();
        if (_properties.Values.Any(IsRequired))
            WriteStrings(json, "required", _properties.Where(pair => IsRequired(pair.Value)).Select(pair => pair.Key));
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    // What an integer is bounded by anyway says nothing.
    private static void WriteBound(Utf8JsonWriter json, string name, double? bound)
    {
        if (bound is { } value && value is not (int.MaxValue or long.MinValue or long.MaxValue))
            json.WriteNumber(name, value);
    }

    // What is asked for as a number and as an integer is an integer.
    private void AddType(string type)
    {
        if (!_types.Contains(type) && !(type == "number" && _types.Contains("integer")))
            _types.Add(type);
    }

    private static string TypeOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "boolean",
    };
}
