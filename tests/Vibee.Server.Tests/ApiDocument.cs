using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Vibee.Server.Tests;

/// <summary>The server's own description of itself, read.</summary>
internal sealed record ApiDocument(IReadOnlyList<ApiOperation> Operations)
{
    public static ApiDocument Parse(string json) => new([
        .. from path in JsonNode.Parse(json)!["paths"]!.AsObject()
           from method in path.Value!.AsObject()
           let content = method.Value!["requestBody"]?["content"]?["application/json"]
           select new ApiOperation(path.Key, method.Key.ToUpperInvariant(), (string?)method.Value["summary"], content?["schema"]!,
               [.. content?["examples"]?.AsObject().Select(example => example.Value!["value"]!) ?? []]),
    ]);
}

internal sealed partial record ApiOperation(string Path, string Method, string? Summary, JsonNode? Schema, IReadOnlyList<JsonNode> Examples)
{
    /// <summary>Every field, and for each a value that its schema does not allow.</summary>
    public IEnumerable<(string Path, JsonNode? Value)> Violations() => Schema is null ? [] : Violations(Schema, "");

    /// <summary>All fields by name, wherever they stand.</summary>
    public IEnumerable<(string Name, JsonNode Schema)> Fields() => Schema is null ? [] : Fields(Schema);

    /// <summary>Copies of <paramref name="example"/> that have <paramref name="value"/> at <paramref name="path"/>, one
    /// for each place that <c>[]</c> in it may stand for.</summary>
    public static IEnumerable<(string Place, JsonNode Body)> With(JsonNode example, string path, JsonNode? value)
    {
        if (path.IndexOf("[]", StringComparison.Ordinal) is >= 0 and var border)
        {
            var count = Find(example.DeepClone(), path[..border]) is JsonArray array ? array.Count : 0;
            return Enumerable.Range(0, count).SelectMany(i => With(example, $"{path[..border]}[{i}]{path[(border + 2)..]}", value));
        }

        var copy = example.DeepClone();
        var (parent, name) = path.LastIndexOf('.') is >= 0 and var dot ? (path[..dot], path[(dot + 1)..]) : ("", path);
        if (Find(copy, parent) is not JsonObject target)
            return [];
        target[name] = value?.DeepClone();
        return [(path, copy)];
    }

    /// <summary>What stands at a place; an object that is absent is made.</summary>
    private static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (Match step in Step().Matches(path))
        {
            node = int.TryParse(step.Value, out var index) ? (node as JsonArray)?.ElementAtOrDefault(index)
                : node is JsonObject parent ? parent[step.Value] ??= new JsonObject() : null;
        }

        return node;
    }

    private static IEnumerable<(string Path, JsonNode? Value)> Violations(JsonNode schema, string prefix)
    {
        var required = schema["required"]?.AsArray().Select(name => (string?)name).ToHashSet() ?? [];
        foreach (var (name, field) in schema["properties"]?.AsObject() ?? [])
        {
            var path = prefix + name;
            if (required.Contains(name))
                yield return (path, null);
            foreach (var value in ValuesAgainst(field!))
                yield return (path, value);
            foreach (var inner in Violations(field!, path + "."))
                yield return inner;
            if (field!["items"] is not { } items)
                continue;
            foreach (var inner in Violations(items, path + "[]."))
                yield return inner;
        }
    }

    private static IEnumerable<JsonNode?> ValuesAgainst(JsonNode field)
    {
        var types = field["type"] switch
        {
            null => [],
            JsonArray several => several.Select(type => (string?)type).ToList(),
            var one => [(string?)one],
        };
        if (types.Count > 0)
        {
            // An array can be given for everything but an array, a Boolean for everything but a Boolean.
            if (!types.Contains("array"))
                yield return new JsonArray();
            if (!types.Contains("boolean"))
                yield return JsonValue.Create(true);
        }

        if (types.Contains("integer"))
            yield return JsonValue.Create(1.5);
        if (field["enum"] is not null)
            yield return JsonValue.Create("no such word");
        // Not one or two below: −1 means "none" to some.
        if (field["minimum"] is { } minimum)
            yield return JsonValue.Create((double)minimum - 3);
        if (field["maximum"] is { } maximum)
            yield return JsonValue.Create((double)maximum + 1);
    }

    private static IEnumerable<(string Name, JsonNode Schema)> Fields(JsonNode schema)
    {
        foreach (var (name, field) in schema["properties"]?.AsObject() ?? [])
        {
            yield return (name, field!);
            foreach (var inner in Fields(field!).Concat(field!["items"] is { } items ? Fields(items) : []))
                yield return inner;
        }
    }

    [GeneratedRegex(@"[^.\[\]]+")]
    private static partial Regex Step();
}
