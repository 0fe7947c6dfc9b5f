using System.Text.Json;
using Vibee.Server.Middleware.Limits;
using Vibee.Server.OpenApi;

namespace Vibee.Server.Requests;

/// <summary>
/// Reads the fields of a JSON object, strictly: <c>null</c> is absent, a wrong type or a value out of range is a
/// problem. The first problem is remembered and later ones are not; every getter goes on with "absent", so that a
/// request is read from top to bottom and looked at once, at the end.
/// </summary>
/// <param name="json">An object.</param>
/// <param name="path">How the object is called in messages, such as <c>messages[0]</c>; empty for the body.</param>
/// <param name="parent">Whose problem becomes the whole request's problem.</param>
internal sealed class RequestFields(JsonElement json, string path = "", RequestFields? parent = null)
{
    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement;

    private ApiError? _problem;

    public JsonElement Json { get; } = json;

    /// <summary>Set only to learn what a reader asks for: every question is written down here, nothing is a problem,
    /// and objects that are absent are asked about all the same.</summary>
    public FieldSchema? Schema { get; init; }

    /// <summary>Who sent it; null is anybody.</summary>
    public Caller? Caller { get; init; }

    /// <summary>The first problem found here or in an object inside, or null.</summary>
    public ApiError? Problem => parent is null ? _problem : parent.Problem;

    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public void Fail(ApiError problem)
    {
        if (parent is not null)
            parent.Fail(problem);
        else if (Schema is null)
            _problem ??= problem;
    }

    /// <summary>Remembers a problem with field <paramref name="name"/>.</summary>
    public void Fail(string name, string code, string message) =>
        Fail(ApiError.Invalid(PathOf(name), code, message));

    public void FailType(string name, string expected) =>
        Fail(name, "invalid_type", $"'{PathOf(name)}' must be {expected}.");

    public bool TryGet(string name, out JsonElement value)
    {
        Schema?.Property(name);
        return Json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    public bool Has(string name) => TryGet(name, out _);

    /// <summary>A field that may be of several kinds.</summary>
    public bool TryGet(string name, string expected, out JsonElement value, params ReadOnlySpan<JsonValueKind> kinds)
    {
        Schema?.Property(name).Is(kinds);
        if (!TryGet(name, out value))
            return false;
        if (kinds.Contains(value.ValueKind))
            return true;
        FailType(name, expected);
        return false;
    }

    /// <summary>A field that must be there.</summary>
    public bool Require(string name, out JsonElement value)
    {
        Schema?.Require(name);
        if (TryGet(name, out value))
            return true;
        Fail(name, "missing_required_parameter", $"'{PathOf(name)}' is required.");
        return false;
    }

    public string? String(string name) => Read(name, JsonValueKind.String, "a string") is { } value ? value.GetString() : null;

    public bool? Bool(string name)
    {
        if (TryGet(name, "true or false", out var value, JsonValueKind.True, JsonValueKind.False))
            return value.GetBoolean();
        return null;
    }

    public JsonElement? Array(string name) => Read(name, JsonValueKind.Array, "an array");

    public RequestFields? Object(string name)
    {
        var value = Read(name, JsonValueKind.Object, "an object");
        if (value is null && Schema is null)
            return null;
        return new RequestFields(value ?? Empty, PathOf(name), this) { Schema = Schema?.Property(name).Visit() };
    }

    /// <summary>The objects of array <paramref name="name"/>, up to the first problem: hostile input may hold a
    /// million of them.</summary>
    public IEnumerable<RequestFields> Objects(string name, JsonElement array)
    {
        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            var item = $"{name}[{index++}]";
            if (element.ValueKind != JsonValueKind.Object)
                FailType(item, "an object");
            if (Problem is not null)
                yield break;
            yield return new RequestFields(element, PathOf(item), this) { Schema = Schema?.Property(name).Items.Visit() };
        }
    }

    public float? Number(string name, double min, double max)
    {
        Schema?.Property(name).Between(min, max);
        if (Read(name, JsonValueKind.Number, "a number") is not { } value)
            return null;
        var number = value.GetDouble();
        if (number < min)
            Fail(name, "decimal_below_min_value", $"'{PathOf(name)}' must be at least {min:0.##}.");
        else if (number > max)
            Fail(name, "decimal_above_max_value", $"'{PathOf(name)}' must be at most {max:0.##}.");
        else
            return (float)number;
        return null;
    }

    /// <summary>A whole number; <c>8.0</c> is one.</summary>
    public int? Integer(string name, int min, int max)
    {
        Schema?.Property(name).IsInteger(min, max);
        if (Read(name, JsonValueKind.Number, "an integer") is not { } value)
            return null;
        if (!value.TryGetInt64(out var number))
        {
            var inexact = value.GetDouble();
            if (inexact != Math.Floor(inexact))
            {
                FailType(name, "an integer");
                return null;
            }

            number = (long)Math.Clamp(inexact, -1e18, 1e18);
        }

        if (number < min)
            Fail(name, "integer_below_min_value", $"'{PathOf(name)}' must be at least {min}.");
        else if (number > max)
            Fail(name, "integer_above_max_value", $"'{PathOf(name)}' must be at most {max}.");
        else
            return (int)number;
        return null;
    }

    /// <summary>A whole number of 64 bits.</summary>
    public long? Long(string name)
    {
        Schema?.Property(name).IsInteger(long.MinValue, long.MaxValue);
        if (Read(name, JsonValueKind.Number, "an integer") is not { } value)
            return null;
        if (value.TryGetInt64(out var number))
            return number;
        if (value.TryGetDecimal(out var exact) && exact != decimal.Truncate(exact))
            FailType(name, "an integer");
        else if (value.TryGetDecimal(out exact) && exact is >= long.MinValue and <= long.MaxValue)
            return (long)exact;
        else
            Fail(name, "invalid_value", $"'{PathOf(name)}' must be an integer of 64 bits.");
        return null;
    }

    /// <summary>One of a few words.</summary>
    public string? Choice(string name, params ReadOnlySpan<string> choices)
    {
        Schema?.Property(name).IsOneOf(choices);
        if (String(name) is not { } value)
            return null;
        foreach (var choice in choices)
        {
            if (choice == value)
                return value;
        }

        Fail(name, "invalid_value", $"'{PathOf(name)}' must be one of {string.Join(", ", choices)}.");
        return null;
    }

    /// <summary>Refuses fields that would change the answer if they were obeyed, and which are not.</summary>
    public void Refuse(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Schema is null && Has(name))
                Fail(ApiError.Unsupported(PathOf(name)));
        }
    }

    /// <summary>Refuses switches that are on; off is what the server does anyway.</summary>
    public void RefuseTrue(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Schema is null && Bool(name) == true)
                Fail(ApiError.Unsupported(PathOf(name)));
        }
    }

    private JsonElement? Read(string name, JsonValueKind kind, string expected) =>
        TryGet(name, expected, out var value, kind) ? value : null;
}
