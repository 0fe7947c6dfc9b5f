using System.Text.Json;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>
/// Reads one schema object into its shape: the types and what each keyword says about them, and then everything that
/// applies to the same value. What cannot be ensured is noted and leaves the shape wider.
/// </summary>
internal sealed partial class SchemaReader(RegexFactory regexes, FormulaTable formulas, ShapeAlgebra algebra, SchemaDocument document)
{
    private readonly Dictionary<(string, string), UnenforcedKeyword> _notes = [];
    private bool _isExact;
    private (string Keyword, string Pointer)? _here;

    public RegexFactory Regexes => regexes;

    public IReadOnlyList<UnenforcedKeyword> Notes => [.. _notes.Values];

    public void Note(string keyword, string pointer, string reason) =>
        _notes.TryAdd((keyword, pointer), new UnenforcedKeyword(keyword, keyword == "schema" ? pointer : $"{pointer}/{keyword}", reason));

    /// <summary>About the keyword that is being read.</summary>
    public void NoteHere(string reason)
    {
        if (_here is { } here)
            Note(here.Keyword, here.Pointer, reason);
    }

    /// <exception cref="GrammarException">It is not a schema.</exception>
    public Shape Read(Formula.Literal literal, Meanings meanings)
    {
        var schema = new SchemaObject(literal.Schema, literal.Pointer);
        if (document.IgnoresBesideReference && schema.Has("$ref"))
            return meanings.Of(Reference(schema, "$ref"));
        var (outer, outerHere) = (_isExact, _here);
        (_isExact, _here) = (true, null);
        try
        {
            var shape = Enumerated(schema, Typed(schema));
            foreach (var (keyword, condition) in Applied(schema, () => formulas.Shaped(shape)))
            {
                _here = (keyword, schema.Pointer);
                try
                {
                    shape = algebra.Intersect(shape, meanings.Of(condition));
                }
                catch (GrammarLimitException exception)
                {
                    Weaken(schema, keyword, exception.Message);
                }
            }
            return shape with { IsExact = shape.IsExact && _isExact };
        }
        finally
        {
            (_isExact, _here) = (outer, outerHere);
        }
    }

    private void Weaken(SchemaObject schema, string keyword, string reason)
    {
        Note(keyword, schema.Pointer, reason);
        _isExact = false;
    }

    private Shape Typed(SchemaObject schema)
    {
        var types = schema.Types();
        bool Has(string type) => types == null || types.Contains(type);
        return new Shape(
            Has("null"), Has("boolean"), Has("boolean"),
            Has("number") ? Numbers(schema, NumberRange.All) : Has("integer") ? Numbers(schema, NumberRange.Integers) : [],
            Has("string") ? Text(schema) : regexes.Nothing,
            Has("object") ? Objects(schema) : [],
            Has("array") ? Arrays(schema) : []);
    }

    private Shape Enumerated(SchemaObject schema, Shape shape)
    {
        if (schema.TryGet("const", out var constant))
            shape = algebra.Intersect(shape, Constants.ShapeOf(algebra, formulas, regexes, constant));
        if (schema.TryGet("enum", JsonValueKind.Array, out var values))
        {
            var texts = values.EnumerateArray().Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!).ToArray();
            var union = algebra.Nothing with { Text = regexes.OneOfTexts(texts) };
            foreach (var value in values.EnumerateArray().Where(value => value.ValueKind != JsonValueKind.String))
                union = algebra.Union(union, Constants.ShapeOf(algebra, formulas, regexes, value));
            shape = algebra.Intersect(shape, union);
        }
        return shape;
    }

    private EquatableList<NumberRange> Numbers(SchemaObject schema, NumberRange range)
    {
        if (Bound(schema, "minimum") is { } min)
            range = range.Intersect(NumberRange.All with { Min = min, ExcludesMin = schema.IsTrue("exclusiveMinimum") });
        if (Bound(schema, "maximum") is { } max)
            range = range.Intersect(NumberRange.All with { Max = max, ExcludesMax = schema.IsTrue("exclusiveMaximum") });
        if (Bound(schema, "exclusiveMinimum") is { } above)
            range = range.Intersect(NumberRange.All with { Min = above, ExcludesMin = true });
        if (Bound(schema, "exclusiveMaximum") is { } below)
            range = range.Intersect(NumberRange.All with { Max = below, ExcludesMax = true });
        if (schema.Has("multipleOf") && Bound(schema, "multipleOf") is var multiple)
        {
            if (multiple is { Sign: > 0, Scale: <= DivisibleBy.MaxScale } divisor && divisor.Unscaled <= DivisibleBy.MaxDivisor)
                range = range.Intersect(NumberRange.All with { Multiples = [divisor] });
            else if (multiple is { Sign: <= 0 })
                throw schema.Problem("multipleOf", "must be above 0");
            else
                Weaken(schema, "multipleOf", "the divisor has too many digits");
        }
        return range.IsVoid ? [] : [range];
    }

    private ExactNumber? Bound(SchemaObject schema, string keyword)
    {
        if (!schema.TryGet(keyword, out var value) || value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return null;
        if (value.ValueKind != JsonValueKind.Number)
            throw schema.Problem(keyword, "must be a number");
        if (ExactNumber.Parse(value.GetRawText()) is { } number)
            return number;
        Weaken(schema, keyword, "the number has too many digits");
        return null;
    }

    private Regex Text(SchemaObject schema)
    {
        var parts = new List<Regex>();
        var (min, max) = schema.Range("minLength", "maxLength");
        if (min > 0 || max < Repeat.Unlimited)
            parts.Add(min > max ? regexes.Nothing : regexes.Repeat(regexes.AnyCharacter, min, max));
        if (schema.TryGet("pattern", JsonValueKind.String, out var pattern))
        {
            try
            {
                parts.Add(PatternCompiler.Anywhere(regexes, pattern.GetString()!));
            }
            catch (Exception exception) when (exception is GrammarException or GrammarLimitException)
            {
                Weaken(schema, "pattern", exception.Message);
            }
        }
        if (schema.TryGet("format", out var format) && format.ValueKind == JsonValueKind.String)
        {
            if (Formats.Find(format.GetString()!) is { } known)
                parts.Add(PatternCompiler.Whole(regexes, known));
            else if (!Formats.SaysNothing(format.GetString()!))
                Weaken(schema, "format", "the format is not known");
        }
        var text = regexes.Both(parts);
        return regexes.IsEmpty(text) ? regexes.Nothing : text;
    }
}
