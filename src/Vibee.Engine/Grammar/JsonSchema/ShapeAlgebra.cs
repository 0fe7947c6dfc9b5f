using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>Joins, intersects and complements shapes.</summary>
/// <exception cref="GrammarLimitException">A result would have too many alternatives.</exception>
internal sealed partial class ShapeAlgebra
{
    private const int MaxAlternatives = 100;

    private readonly RegexFactory _regexes;
    private readonly FormulaTable _formulas;
    private readonly NumberPatterns _numbers;

    public ShapeAlgebra(RegexFactory regexes, FormulaTable formulas)
    {
        (_regexes, _formulas, _numbers) = (regexes, formulas, new NumberPatterns(regexes));
        AnyObject = new ObjectShape([], [new KeyClass(regexes.All, formulas.Always, true)], new HashSet<string>(), 0, ObjectShape.Unlimited, []);
        AnyArray = new ArrayShape([], formulas.Always, 0, ObjectShape.Unlimited, []);
        Everything = new Shape(true, true, true, [NumberRange.All], regexes.All, [AnyObject], [AnyArray]);
        Nothing = new Shape(false, false, false, [], regexes.Nothing, [], []);
    }

    public Shape Everything { get; }

    public Shape Nothing { get; }

    public ObjectShape AnyObject { get; }

    public ArrayShape AnyArray { get; }

    public Shape Union(Shape a, Shape b) => a == Nothing ? b : b == Nothing ? a : new Shape(
        a.Null || b.Null, a.True || b.True, a.False || b.False,
        Limited(a.Numbers.Contains(NumberRange.All) ? a.Numbers : b.Numbers.Contains(NumberRange.All) ? b.Numbers : [.. a.Numbers.Union(b.Numbers)]),
        _regexes.Either(a.Text, b.Text),
        a.Objects.Contains(AnyObject) || b.Objects.Contains(AnyObject) ? [AnyObject] : Limited<ObjectShape>([.. a.Objects.Union(b.Objects)]),
        a.Arrays.Contains(AnyArray) || b.Arrays.Contains(AnyArray) ? [AnyArray] : Limited<ArrayShape>([.. a.Arrays.Union(b.Arrays)]),
        a.IsExact && b.IsExact);

    public Shape Intersect(Shape a, Shape b)
    {
        if (ReferenceEquals(a, b) || b == Everything)
            return a;
        if (a == Everything)
            return b;
        var text = _regexes.Both(a.Text, b.Text);
        return new Shape(
            a.Null && b.Null, a.True && b.True, a.False && b.False,
            Limited<NumberRange>([.. Pairs(a.Numbers, b.Numbers, Intersect).Distinct()]),
            _regexes.IsEmpty(text) ? _regexes.Nothing : text,
            Limited<ObjectShape>([.. Pairs(a.Objects, b.Objects, Intersect)]),
            Limited<ArrayShape>([.. Pairs(a.Arrays, b.Arrays, Intersect)]),
            a.IsExact && b.IsExact);
    }

    /// <summary>Every other value. Only of exact shapes.</summary>
    public Shape Complement(Shape shape)
    {
        var text = _regexes.Not(shape.Text);
        IEnumerable<NumberRange> numbers = [NumberRange.All];
        foreach (var range in shape.Numbers)
            numbers = Limited<NumberRange>([.. Pairs(numbers, range.Complement(), Intersect).Distinct()]);
        IEnumerable<ObjectShape> objects = [AnyObject];
        foreach (var alternative in shape.Objects)
            objects = Limited<ObjectShape>([.. Pairs(objects, Complement(alternative), Intersect)]);
        IEnumerable<ArrayShape> arrays = [AnyArray];
        foreach (var alternative in shape.Arrays)
            arrays = Limited<ArrayShape>([.. Pairs(arrays, Complement(alternative), Intersect)]);
        return new Shape(
            !shape.Null, !shape.True, !shape.False, [.. numbers], _regexes.IsEmpty(text) ? _regexes.Nothing : text, [.. objects], [.. arrays]);
    }

    /// <summary>What numbers look like; <see cref="Nothing"/> if there are none.</summary>
    public Regex Pattern(NumberRange range) => _numbers.Of(range);

    private NumberRange? Intersect(NumberRange a, NumberRange b)
    {
        var both = a.Intersect(b);
        return both.IsVoid ? null : both;
    }

    private static IEnumerable<T> Pairs<T>(IEnumerable<T> a, IEnumerable<T> b, Func<T, T, T?> intersect) where T : class
    {
        var others = b.ToArray();
        foreach (var first in a)
        {
            foreach (var second in others)
            {
                if (intersect(first, second) is { } both)
                    yield return both;
            }
        }
    }

    private static EquatableList<T> Limited<T>(EquatableList<T> alternatives) => alternatives.Count <= MaxAlternatives
        ? alternatives
        : throw new GrammarLimitException($"a value has more than {MaxAlternatives} alternatives");
}
