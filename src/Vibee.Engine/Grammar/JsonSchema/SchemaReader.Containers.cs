using System.Text.Json;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>Objects and arrays.</summary>
internal sealed partial class SchemaReader
{
    private EquatableList<ObjectShape> Objects(SchemaObject schema)
    {
        var (min, max) = schema.Range("minProperties", "maxProperties");
        var required = Required(schema);
        var own = schema.Members("properties");
        var patterns = Patterns(schema);
        var additional = Additional(schema);
        if (own.Count + patterns.Count + required.Count == 0 && min == 0 && max == Repeat.Unlimited && additional == formulas.Always && !schema.Has("propertyNames"))
            return [algebra.AnyObject];

        var names = PropertyNames(schema);
        var properties = new OrderedDictionary<string, Formula>();
        foreach (var (name, pointer, value) in own)
            properties[name] = formulas.Literal(value, pointer);
        foreach (var name in required)
            properties.TryAdd(name, formulas.Always);
        var classes = new List<KeyClass>();
        foreach (var (keys, value, _) in Classes(patterns, additional))
        {
            var both = regexes.Both(keys, names, algebra.AllKeysBut([.. properties.Keys]));
            if (value != formulas.Never && !regexes.IsEmpty(both))
                classes.Add(new KeyClass(both, value, IsEveryOther: patterns.Count == 0 && names == regexes.All));
        }
        foreach (var name in properties.Keys.ToArray())
        {
            var matching = patterns.Where(pattern => regexes.Matches(pattern.Keys, name)).Select(pattern => pattern.Value).ToArray();
            var declared = own.Any(member => member.Name == name) || matching.Length > 0;
            properties[name] = !regexes.Matches(names, name) ? formulas.Never
                : formulas.And([properties[name], .. matching, .. declared ? Array.Empty<Formula>() : [additional]]);
        }
        // Names that are not declared are not compared with each other; one more than the required ones needs no comparing.
        if (min > required.Count + 1 && classes.Count > 0)
            Note("minProperties", schema.Pointer, "names that are not in 'properties' may come twice");
        return min > max || required.Count > max ? [] : [new ObjectShape(properties, classes, required, min, max, [])];
    }

    private HashSet<string> Required(SchemaObject schema)
    {
        if (!schema.TryGet("required", out var value) || value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return [];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String))
            throw schema.Problem("required", "must be an array of strings");
        return [.. value.EnumerateArray().Select(name => name.GetString()!)];
    }

    private Formula Additional(SchemaObject schema)
    {
        if (schema.Sub("additionalProperties") is { } additional)
            return formulas.Literal(additional.Schema, additional.Pointer);
        if (schema.Sub("unevaluatedProperties") is not { } unevaluated || unevaluated.Schema.ValueKind == JsonValueKind.True)
            return formulas.Always;
        if (!schema.HasAny("$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas", "$dynamicRef"))
            return formulas.Literal(unevaluated.Schema, unevaluated.Pointer);
        Weaken(schema, "unevaluatedProperties", "it depends on which other schemas apply");
        return formulas.Always;
    }

    private List<KeyClass> Patterns(SchemaObject schema)
    {
        var patterns = new List<KeyClass>();
        foreach (var (pattern, pointer, value) in schema.Members("patternProperties"))
        {
            try
            {
                patterns.Add(new KeyClass(PatternCompiler.Anywhere(regexes, pattern), formulas.Literal(value, pointer)));
            }
            catch (Exception exception) when (exception is GrammarException or GrammarLimitException)
            {
                Weaken(schema, "patternProperties", exception.Message);
                // Which keys it means is not known: any of them may be allowed.
                patterns.Add(new KeyClass(regexes.All, formulas.Always));
            }
        }
        return patterns;
    }

    /// <summary>Keys by which patterns they match.</summary>
    private List<KeyClass> Classes(List<KeyClass> patterns, Formula additional)
    {
        var classes = new List<(Regex Keys, Formula? Value)> { (regexes.All, null) };
        foreach (var pattern in patterns)
        {
            var next = new List<(Regex Keys, Formula? Value)>();
            foreach (var (keys, value) in classes)
            {
                var matching = regexes.Both(keys, pattern.Keys);
                var others = regexes.Both(keys, regexes.Not(pattern.Keys));
                if (!regexes.IsEmpty(matching))
                    next.Add((matching, value == null ? pattern.Value : formulas.And(value, pattern.Value)));
                if (!regexes.IsEmpty(others))
                    next.Add((others, value));
            }
            classes = next.Count <= 200 ? next : throw new GrammarLimitException("the patterns of an object overlap in too many ways");
        }
        return [.. classes.Select(entry => new KeyClass(entry.Keys, entry.Value ?? additional))];
    }

    private Regex PropertyNames(SchemaObject schema)
    {
        if (schema.Sub("propertyNames") is not { } names)
            return regexes.All;
        var shape = _meanings.Of(formulas.Literal(names.Schema, names.Pointer));
        _isExact &= shape.IsExact;
        return shape.Text;
    }

    private EquatableList<ArrayShape> Arrays(SchemaObject schema)
    {
        var (min, max) = schema.Range("minItems", "maxItems");
        var prefix = new List<Formula>();
        var rest = formulas.Always;
        var tuple = schema.Has("prefixItems") ? "prefixItems"
            : schema.TryGet("items", out var items) && items.ValueKind == JsonValueKind.Array ? "items" : null;
        if (tuple != null)
            prefix.AddRange(schema.List(tuple).Select(item => formulas.Literal(item.Schema, item.Pointer)));
        if (schema.Sub(tuple == "items" ? "additionalItems" : "items") is { } others)
            rest = formulas.Literal(others.Schema, others.Pointer);
        else if (schema.Sub("unevaluatedItems") is { } unevaluated && unevaluated.Schema.ValueKind != JsonValueKind.True)
        {
            if (schema.HasAny("$ref", "allOf", "anyOf", "oneOf", "if", "contains", "$dynamicRef"))
                Weaken(schema, "unevaluatedItems", "it depends on which other schemas apply");
            else
                rest = formulas.Literal(unevaluated.Schema, unevaluated.Pointer);
        }
        var contains = new List<Containment>();
        if (schema.Sub("contains") is { } contained)
        {
            var (least, most) = schema.Range("minContains", "maxContains");
            if (!schema.Has("minContains"))
                least = 1;
            if (least > most)
                return [];
            if (least > 0 || most < Repeat.Unlimited)
                contains.Add(new Containment(formulas.Literal(contained.Schema, contained.Pointer), 0, least, most));
        }
        if (schema.IsTrue("uniqueItems") && max > 1 && !(rest == formulas.Never && prefix.Count < 2))
            Weaken(schema, "uniqueItems", "values are not compared with each other");
        return min > max ? [] : [new ArrayShape(prefix, rest, min, max, contains)];
    }
}
