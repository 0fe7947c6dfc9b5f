namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>The numbers between two bounds that are multiples of some numbers and not of others.</summary>
/// <param name="Min">Null: unbounded.</param>
internal sealed record NumberRange(
    ExactNumber? Min, bool ExcludesMin, ExactNumber? Max, bool ExcludesMax,
    EquatableList<ExactNumber> Multiples, EquatableList<ExactNumber> NotMultiples)
{
    public static NumberRange All { get; } = new(null, false, null, false, [], []);

    public static NumberRange Integers { get; } = All with { Multiples = [ExactNumber.One] };

    /// <summary>Whether bounds alone leave nothing.</summary>
    public bool IsVoid => Min is { } min && Max is { } max && (min.CompareTo(max) is var order && (order > 0 || (order == 0 && (ExcludesMin || ExcludesMax))));

    public bool IsInteger => Multiples.Any(multiple => multiple.IsInteger);

    public static NumberRange Only(ExactNumber value) => All with { Min = value, Max = value };

    public NumberRange Intersect(NumberRange other)
    {
        var (min, excludesMin) = Tighter(Min, ExcludesMin, other.Min, other.ExcludesMin, 1);
        var (max, excludesMax) = Tighter(Max, ExcludesMax, other.Max, other.ExcludesMax, -1);
        return new NumberRange(
            min, excludesMin, max, excludesMax,
            [.. Multiples.Union(other.Multiples).Order()], [.. NotMultiples.Union(other.NotMultiples).Order()]);
    }

    /// <summary>All other numbers.</summary>
    public IEnumerable<NumberRange> Complement()
    {
        if (Min is { } min)
            yield return All with { Max = min, ExcludesMax = !ExcludesMin };
        if (Max is { } max)
            yield return All with { Min = max, ExcludesMin = !ExcludesMax };
        foreach (var multiple in Multiples)
            yield return this with { Multiples = [], NotMultiples = [multiple] };
        foreach (var multiple in NotMultiples)
            yield return this with { Multiples = [multiple], NotMultiples = [] };
    }

    private static (ExactNumber?, bool) Tighter(ExactNumber? a, bool excludesA, ExactNumber? b, bool excludesB, int direction)
    {
        if (a is not { } first || b is not { } second)
            return a == null ? (b, excludesB) : (a, excludesA);
        var order = first.CompareTo(second) * direction;
        return order > 0 ? (a, excludesA) : order < 0 ? (b, excludesB) : (a, excludesA || excludesB);
    }
}
