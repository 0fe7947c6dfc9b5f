namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>Arrays.</summary>
internal sealed partial class ShapeAlgebra
{
    private ArrayShape? Intersect(ArrayShape a, ArrayShape b)
    {
        if (a == b || b == AnyArray)
            return a;
        if (a == AnyArray)
            return b;
        var (min, max) = (Math.Max(a.Min, b.Min), Math.Min(a.Max, b.Max));
        if (min > max)
            return null;
        var prefix = new Formula[Math.Max(a.Prefix.Count, b.Prefix.Count)];
        for (var index = 0; index < prefix.Length; index++)
            prefix[index] = _formulas.And(a.Item(index), b.Item(index));
        return new ArrayShape(prefix, _formulas.And(a.Rest, b.Rest), min, max, [.. a.Contains.Union(b.Contains)]);
    }

    private IEnumerable<ArrayShape> Complement(ArrayShape shape)
    {
        for (var index = 0; index < shape.Prefix.Count; index++)
        {
            if (shape.Prefix[index] == _formulas.Always)
                continue;
            var prefix = Enumerable.Repeat(_formulas.Always, index + 1).ToArray();
            prefix[index] = _formulas.Not(shape.Prefix[index]);
            yield return new ArrayShape(prefix, _formulas.Always, index + 1, ObjectShape.Unlimited, []);
        }
        if (shape.Rest == _formulas.Never)
            yield return Counting(shape.Prefix.Count + 1, ObjectShape.Unlimited, null);
        else if (shape.Rest != _formulas.Always)
            yield return Counting(0, ObjectShape.Unlimited, new Containment(_formulas.Not(shape.Rest), shape.Prefix.Count, 1, ObjectShape.Unlimited));
        if (shape.Min > 0)
            yield return Counting(0, shape.Min - 1, null);
        if (shape.Max < ObjectShape.Unlimited)
            yield return Counting(shape.Max + 1, ObjectShape.Unlimited, null);
        foreach (var contains in shape.Contains)
        {
            if (contains.Min > 0)
                yield return Counting(0, ObjectShape.Unlimited, contains with { Min = 0, Max = contains.Min - 1 });
            if (contains.Max < ObjectShape.Unlimited)
                yield return Counting(0, ObjectShape.Unlimited, contains with { Min = contains.Max + 1, Max = ObjectShape.Unlimited });
        }
    }

    private ArrayShape Counting(int min, int max, Containment? contains) =>
        new([], _formulas.Always, min, max, contains == null ? [] : [contains]);
}
