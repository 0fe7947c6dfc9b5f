namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>Works out what formulas mean, each once, and whether any value satisfies them.</summary>
internal sealed class Meanings(ShapeAlgebra algebra, FormulaTable formulas, SchemaReader reader)
{
    /// <summary>Parts of values may be looked into so deep before they are taken to be satisfiable.</summary>
    private const int MaxDepth = 60;

    private const int MaxNesting = 100;

    private readonly HashSet<Formula> _working = [];
    private readonly HashSet<Formula> _assumed = [];
    private int _probes;
    private bool _isTentative;

    public Shape Of(Formula formula)
    {
        if (formula.Shape is { } known)
            return known;
        if (_working.Count > MaxNesting || !_working.Add(formula))
        {
            if (_probes > 0)
            {
                _isTentative = true;
                return Widest;
            }
            // A schema that is itself, without going into a value, says nothing.
            if (formula is Formula.Literal literal)
                reader.Note("$ref", literal.Pointer, "the reference leads back to itself");
            return Widest;
        }
        try
        {
            var shape = Work(formula);
            if (_probes == 0 || !_isTentative)
                formula.Shape = shape;
            return shape;
        }
        catch (GrammarLimitException exception)
        {
            reader.NoteHere(exception.Message);
            return formula.Shape = Widest;
        }
        finally
        {
            _working.Remove(formula);
        }
    }

    /// <summary>Whether no value satisfies the formula, as far as can be told. May be asked while a formula is worked out;
    /// what rests on that one is then taken for possible and not kept.</summary>
    public bool IsEmpty(Formula formula)
    {
        if (_probes++ == 0)
            _isTentative = false;
        var empty = IsEmpty(formula, 0, out _);
        _probes--;
        return empty;
    }

    private Shape Widest => algebra.Everything with { IsExact = false };

    private Shape Work(Formula formula)
    {
        switch (formula)
        {
            case Formula.Always:
                return algebra.Everything;
            case Formula.Never:
                return algebra.Nothing;
            case Formula.Literal literal:
                return reader.Read(literal, this);
            case Formula.Constant constant:
                return Constants.ShapeOf(algebra, formulas, reader.Regexes, constant.Value);
            case Formula.All all:
                return all.Parts.Aggregate(algebra.Everything, (shape, part) => algebra.Intersect(shape, Of(part)));
            case Formula.Any any:
                return any.Parts.Aggregate(algebra.Nothing, (shape, part) => algebra.Union(shape, Of(part)));
            case Formula.Not not:
                var inner = Of(not.Inner);
                return inner.IsExact ? algebra.Complement(inner) : Widest;
            default:
                throw new InvalidOperationException($"unknown {formula.GetType().Name}");
        }
    }

    /// <param name="assumes">Whether the answer rests on the assumption that a formula above this one is empty: a least
    /// fixed point, from below.</param>
    private bool IsEmpty(Formula formula, int depth, out bool assumes)
    {
        assumes = false;
        if (formula.IsEmpty is { } known)
            return known;
        if (depth > MaxDepth)
            return false;
        if (!_assumed.Add(formula))
        {
            assumes = true;
            return true;
        }
        var shape = Of(formula);
        var empty = !shape.Null && !shape.True && !shape.False && reader.Regexes.IsEmpty(shape.Text)
            && shape.Numbers.All(range => algebra.Pattern(range) == reader.Regexes.Nothing);
        if (empty)
        {
            foreach (var alternative in shape.Objects)
                empty = empty && IsEmpty(alternative, depth, ref assumes);
            foreach (var alternative in shape.Arrays)
                empty = empty && IsEmpty(alternative, depth, ref assumes);
        }
        _assumed.Remove(formula);
        if (!_isTentative && (!empty || !assumes || _assumed.Count == 0))
            formula.IsEmpty = empty;
        assumes = assumes && empty && _assumed.Count > 0;
        return empty;
    }

    private bool IsEmpty(ObjectShape shape, int depth, ref bool assumes)
    {
        foreach (var name in shape.Required)
        {
            if (Inner(shape.Properties[name], depth, ref assumes))
                return true;
        }
        if (shape.Min <= shape.Required.Count && shape.Needs.Count == 0)
            return false;
        var possible = 0;
        foreach (var value in shape.Properties.Values)
            possible += Inner(value, depth, ref assumes) ? 0 : 1;
        var open = false;
        foreach (var others in shape.Others)
            open = open || !Inner(others.Value, depth, ref assumes);
        if (!open && possible < shape.Min)
            return true;
        foreach (var need in shape.Needs)
        {
            var met = false;
            foreach (var (name, value) in shape.Properties)
                met = met || (reader.Regexes.Matches(need.Keys, name) && !Inner(formulas.And(value, need.Value), depth, ref assumes));
            foreach (var others in shape.Others)
                met = met || (!reader.Regexes.IsEmpty(reader.Regexes.Both(need.Keys, others.Keys)) && !Inner(formulas.And(others.Value, need.Value), depth, ref assumes));
            if (!met)
                return true;
        }
        return shape.Needs.Count > 0 && shape.Max == 0;
    }

    private bool IsEmpty(ArrayShape shape, int depth, ref bool assumes)
    {
        var longest = Math.Min(shape.Max, LongestPossible(shape));
        for (var index = 0; index < Math.Min(shape.Min, shape.Prefix.Count); index++)
        {
            if (Inner(shape.Prefix[index], depth, ref assumes))
                return true;
        }
        if (shape.Min > shape.Prefix.Count && Inner(shape.Rest, depth, ref assumes))
            return true;
        foreach (var contains in shape.Contains)
        {
            if (contains.Min == 0)
                continue;
            if (contains.Min > longest)
                return true;
            var met = !Inner(formulas.And(shape.Rest, contains.Item), depth, ref assumes);
            for (var index = contains.From; index < shape.Prefix.Count && !met; index++)
                met = !Inner(formulas.And(shape.Prefix[index], contains.Item), depth, ref assumes);
            if (!met)
                return true;
        }
        return false;
    }

    private int LongestPossible(ArrayShape shape) => shape.Rest == formulas.Never ? shape.Prefix.Count : int.MaxValue;

    private bool Inner(Formula formula, int depth, ref bool assumes)
    {
        var empty = IsEmpty(formula, depth + 1, out var inner);
        assumes |= inner;
        return empty;
    }
}
