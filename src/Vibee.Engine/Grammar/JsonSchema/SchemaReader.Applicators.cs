using System.Text.Json;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>What applies other schemas to the same value.</summary>
internal sealed partial class SchemaReader
{
    private Meanings _meanings = null!;

    /// <summary>Set once, before anything is read.</summary>
    public void Use(Meanings meanings) => _meanings = meanings;

    /// <param name="context">What the conditions before leave: alternatives that overlap in general may be apart there.</param>
    private IEnumerable<(string Keyword, Formula Condition)> Applied(SchemaObject schema, Func<Formula> context)
    {
        foreach (var keyword in new[] { "$ref", "$dynamicRef", "$recursiveRef" })
        {
            if (schema.Has(keyword))
                yield return (keyword, Reference(schema, keyword));
        }
        foreach (var part in schema.List("allOf"))
            yield return ("allOf", formulas.Literal(part.Schema, part.Pointer));
        if (schema.Has("anyOf"))
            yield return ("anyOf", formulas.Or(schema.List("anyOf").Select(part => formulas.Literal(part.Schema, part.Pointer))));
        if (schema.Has("oneOf"))
            yield return ("oneOf", ExactlyOne(schema, context(), [.. schema.List("oneOf").Select(part => formulas.Literal(part.Schema, part.Pointer))]));
        if (schema.Sub("not") is { } not)
            yield return ("not", Negated(schema, "not", formulas.Literal(not.Schema, not.Pointer)));
        if (schema.Sub("if") is { } condition)
            yield return ("if", Conditional(schema, formulas.Literal(condition.Schema, condition.Pointer)));
        foreach (var dependency in Dependencies(schema))
            yield return dependency;
    }

    private Formula Reference(SchemaObject schema, string keyword)
    {
        if (!schema.TryGet(keyword, JsonValueKind.String, out var reference))
            return formulas.Always;
        if (document.Resolve(reference.GetString()!, out var target, out var pointer))
            return formulas.Literal(target, pointer);
        if (reference.GetString()!.StartsWith('#'))
            throw schema.Problem(keyword, "refers to nothing in the schema");
        Weaken(schema, keyword, "it refers to another document");
        return formulas.Always;
    }

    /// <summary>Alternatives that overlap exclude each other; most do not.</summary>
    private Formula ExactlyOne(SchemaObject schema, Formula context, Formula[] members)
    {
        var alternatives = new Formula[members.Length];
        for (var index = 0; index < members.Length; index++)
        {
            var others = new List<Formula>();
            for (var other = 0; other < members.Length; other++)
            {
                if (other != index && !_meanings.IsEmpty(formulas.And(context, members[index], members[other])))
                    others.Add(Negated(schema, "oneOf", members[other]));
            }
            alternatives[index] = formulas.And([members[index], .. others]);
        }
        return formulas.Or(alternatives);
    }

    private Formula Conditional(SchemaObject schema, Formula condition)
    {
        var then = schema.Sub("then") is { } yes ? formulas.Literal(yes.Schema, yes.Pointer) : formulas.Always;
        var otherwise = schema.Sub("else") is { } no ? formulas.Literal(no.Schema, no.Pointer) : formulas.Always;
        return then == otherwise ? then : formulas.Or(
            formulas.And(condition, then), formulas.And(Negated(schema, "if", condition), otherwise));
    }

    private IEnumerable<(string, Formula)> Dependencies(SchemaObject schema)
    {
        foreach (var keyword in new[] { "dependentRequired", "dependentSchemas", "dependencies" })
        {
            foreach (var (name, pointer, value) in schema.Members(keyword))
            {
                var absent = formulas.Shaped(algebra.Everything with { Objects = [algebra.With(name, formulas.Never, required: false)] });
                if (value.ValueKind is not (JsonValueKind.Array or JsonValueKind.String))
                {
                    yield return (keyword, formulas.Or(absent, formulas.Literal(value, pointer)));
                    continue;
                }
                var needed = value.ValueKind == JsonValueKind.String ? [value] : value.EnumerateArray().ToArray();
                var all = needed.Where(other => other.ValueKind == JsonValueKind.String).Select(other => formulas.Shaped(
                    algebra.Nothing with { Objects = [algebra.With(other.GetString()!, formulas.Always, required: true)] }));
                yield return (keyword, formulas.Or(absent, formulas.And(all)));
            }
        }
    }

    /// <summary>Everything else, or everything where what is to be excluded is not known exactly.</summary>
    private Formula Negated(SchemaObject schema, string keyword, Formula formula)
    {
        var negated = formulas.Not(formula);
        if (!_meanings.Of(negated).IsExact)
            Weaken(schema, keyword, "what it excludes cannot be told exactly");
        return negated;
    }
}
