using System.Text.Json;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>Objects.</summary>
internal sealed partial class ShapeAlgebra
{
    /// <summary>What a property's value must be.</summary>
    public Formula ValueOf(ObjectShape shape, string name)
    {
        if (shape.Properties.TryGetValue(name, out var value))
            return value;
        foreach (var others in shape.Others)
        {
            if (_regexes.Matches(others.Keys, name))
                return others.Value;
        }
        return _formulas.Never;
    }

    /// <returns>Null if nothing is left, as far as can be seen without looking into the values.</returns>
    private ObjectShape? Intersect(ObjectShape a, ObjectShape b)
    {
        if (a == b || b == AnyObject)
            return a;
        if (a == AnyObject)
            return b;
        var properties = new OrderedDictionary<string, Formula>();
        foreach (var name in a.Properties.Keys.Concat(b.Properties.Keys))
        {
            if (!properties.ContainsKey(name))
                properties.Add(name, _formulas.And(ValueOf(a, name), ValueOf(b, name)));
        }
        var classes = new List<KeyClass>();
        foreach (var mine in a.Others)
        {
            foreach (var theirs in b.Others)
            {
                var isEveryOther = mine.IsEveryOther && theirs.IsEveryOther;
                var keys = isEveryOther ? AllKeysBut([.. properties.Keys]) : _regexes.Both(mine.Keys, theirs.Keys);
                if (!_regexes.IsEmpty(keys))
                    classes.Add(new KeyClass(keys, _formulas.And(mine.Value, theirs.Value), isEveryOther));
            }
        }
        if (classes.Count > MaxAlternatives)
            throw new GrammarLimitException("the keys of an object fall into too many classes");
        var required = a.Required.Union(b.Required).ToHashSet();
        var (min, max) = (Math.Max(a.Min, b.Min), Math.Min(a.Max, b.Max));
        if (min > max || required.Count > max || required.Any(name => properties[name] == _formulas.Never))
            return null;
        if (required.Any(name => properties[name] is Formula.All all && Clash(all)))
            return null;
        KeyClass[] needs = [.. a.Needs.Union(b.Needs)];
        return new ObjectShape(properties, Divided(classes, needs), required, min, max, needs);
    }

    /// <summary>Classes of which each can meet a need with all of its keys or with none.</summary>
    private List<KeyClass> Divided(List<KeyClass> classes, IReadOnlyList<KeyClass> needs)
    {
        foreach (var need in needs)
        {
            classes = [.. classes
                .SelectMany(keys => new KeyClass[] { new(_regexes.Both(keys.Keys, need.Keys), keys.Value), new(_regexes.Both(keys.Keys, _regexes.Not(need.Keys)), keys.Value) })
                .Where(keys => !_regexes.IsEmpty(keys.Keys))];
        }
        return classes;
    }

    /// <summary>Whether lists of texts contradict each other: what tells alternatives apart is mostly such a list, and
    /// seeing it at once keeps their number small.</summary>
    private static bool Clash(Formula.All all)
    {
        HashSet<string>? common = null;
        foreach (var part in all.Parts)
        {
            if (Texts(part) is not { } texts)
                continue;
            common ??= texts;
            common.IntersectWith(texts);
        }
        foreach (var part in all.Parts)
        {
            if (part is Formula.Not not && Texts(not.Inner) is { } texts && IsOnlyTexts(not.Inner))
                common?.ExceptWith(texts);
        }
        return common?.Count == 0;
    }

    private static HashSet<string>? Texts(Formula formula)
    {
        if (formula is not Formula.Literal { Schema: { ValueKind: JsonValueKind.Object } schema })
            return null;
        JsonElement[] values = schema.TryGetProperty("const", out var constant) ? [constant]
            : schema.TryGetProperty("enum", out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()]
            : [];
        return values.Length > 0 && values.All(value => value.ValueKind == JsonValueKind.String) ? [.. values.Select(value => value.GetString()!)] : null;
    }

    /// <summary>Whether the list is all that the schema says.</summary>
    private static bool IsOnlyTexts(Formula formula) => formula is Formula.Literal literal
        && literal.Schema.EnumerateObject().All(member => member.Name is "const" or "enum" or "type" or "title" or "description");

    private IEnumerable<ObjectShape> Complement(ObjectShape shape)
    {
        foreach (var (name, value) in shape.Properties)
        {
            if (value != _formulas.Always)
                yield return With(name, _formulas.Not(value), required: true);
        }
        foreach (var name in shape.Required)
            yield return With(name, _formulas.Never, required: false);
        foreach (var others in shape.Others)
        {
            if (others.Value != _formulas.Always)
                yield return Needing(others with { Value = _formulas.Not(others.Value) });
        }
        // Keys that are in no class cannot occur.
        var rest = _regexes.Both([
            .. shape.Others.Select(others => _regexes.Not(others.Keys)),
            _regexes.Not(_regexes.OneOfTexts([.. shape.Properties.Keys])),
        ]);
        if (!_regexes.IsEmpty(rest))
            yield return Needing(new KeyClass(rest, _formulas.Always));
        if (shape.Min > 0)
            yield return Counting(0, shape.Min - 1);
        if (shape.Max < ObjectShape.Unlimited)
            yield return Counting(shape.Max + 1, ObjectShape.Unlimited);
        foreach (var need in shape.Needs)
        {
            var classes = new List<KeyClass> { need with { Value = _formulas.Not(need.Value) } };
            var others = _regexes.Not(need.Keys);
            if (!_regexes.IsEmpty(others))
                classes.Add(new KeyClass(others, _formulas.Always));
            yield return new ObjectShape([], classes, new HashSet<string>(), 0, ObjectShape.Unlimited, []);
        }
    }

    /// <summary>Any object, but for one property.</summary>
    public ObjectShape With(string name, Formula value, bool required) => new(
        new OrderedDictionary<string, Formula> { [name] = value }, [new KeyClass(AllKeysBut([name]), _formulas.Always, true)],
        required ? new HashSet<string> { name } : new HashSet<string>(), 0, ObjectShape.Unlimited, []);

    public Regex AllKeysBut(IReadOnlyList<string> names) =>
        names.Count == 0 ? _regexes.All : _regexes.Not(_regexes.OneOfTexts(names));

    private ObjectShape Needing(KeyClass need) => new([], Divided([.. AnyObject.Others], [need]), new HashSet<string>(), 0, ObjectShape.Unlimited, [need]);

    private ObjectShape Counting(int min, int max) => new([], AnyObject.Others, new HashSet<string>(), min, max, []);
}
