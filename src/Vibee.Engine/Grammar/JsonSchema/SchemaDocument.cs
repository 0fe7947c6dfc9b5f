using System.Globalization;
using System.Text.Json;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>A schema with everything that its references can lead to: places by pointer, anchor and identifier.</summary>
internal sealed class SchemaDocument
{
    private const int MaxPlaces = 1_000_000;

    private readonly Dictionary<string, (JsonElement Schema, string Pointer)> _named = [];
    private int _places;

    public SchemaDocument(JsonElement root)
    {
        Root = root;
        var draft = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("$schema", out var name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()! : "";
        IgnoresBesideReference = draft.Contains("draft-0", StringComparison.Ordinal);
        Collect(root, "", "");
    }

    public JsonElement Root { get; }

    /// <summary>Up to draft 7 a reference stands alone, whatever is beside it.</summary>
    public bool IgnoresBesideReference { get; }

    public bool Resolve(string reference, out JsonElement target, out string pointer)
    {
        var mark = reference.IndexOf('#');
        var (document, fragment) = mark < 0 ? (reference, "") : (reference[..mark], reference[(mark + 1)..]);
        (target, pointer) = (Root, "");
        if (document.Length > 0 && !Named(document, out target, out pointer))
            return false;
        fragment = Uri.UnescapeDataString(fragment);
        if (fragment.Length == 0)
            return true;
        if (!fragment.StartsWith('/'))
            return Named($"{document}#{fragment}", out target, out pointer) || Named($"#{fragment}", out target, out pointer);
        foreach (var part in fragment[1..].Split('/'))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind == JsonValueKind.Object && target.TryGetProperty(name, out var member))
                target = member;
            else if (target.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < target.GetArrayLength())
                target = target[index];
            else
                return false;
            pointer += "/" + part;
        }
        return true;
    }

    private bool Named(string name, out JsonElement target, out string pointer)
    {
        var found = _named.TryGetValue(name, out var place);
        (target, pointer) = place;
        return found;
    }

    private void Collect(JsonElement schema, string pointer, string parent)
    {
        if (++_places > MaxPlaces)
            return;
        if (schema.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in schema.EnumerateArray())
                Collect(item, $"{pointer}/{index++}", parent);
        }
        if (schema.ValueKind != JsonValueKind.Object)
            return;
        foreach (var keyword in new[] { "$id", "id" })
        {
            if (!schema.TryGetProperty(keyword, out var id) || id.ValueKind != JsonValueKind.String)
                continue;
            var name = id.GetString()!.TrimEnd('#');
            _named.TryAdd(name, (schema, pointer));
            if (Uri.TryCreate(parent, UriKind.Absolute, out var around) && Uri.TryCreate(around, name, out var whole))
                _named.TryAdd(name = whole.ToString(), (schema, pointer));
            parent = name;
        }
        foreach (var keyword in new[] { "$anchor", "$dynamicAnchor" })
        {
            if (schema.TryGetProperty(keyword, out var anchor) && anchor.ValueKind == JsonValueKind.String)
                _named.TryAdd("#" + anchor.GetString(), (schema, pointer));
        }
        foreach (var member in schema.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                Collect(member.Value, $"{pointer}/{SchemaObject.Escaped(member.Name)}", parent);
        }
    }
}
