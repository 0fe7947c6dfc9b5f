using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>
/// Ranges of numbers as regular expressions over their digits. Integers are written without a point, since typed
/// readers refuse <c>5.0</c>; exponents are allowed where the range leaves room for all that they can spell.
/// </summary>
internal sealed class NumberPatterns(RegexFactory regexes)
{
    private readonly Regex _digit = regexes.OneOf(CharSet.Of(('0', '9')));

    public Regex Of(NumberRange range)
    {
        if (range.IsVoid)
            return regexes.Nothing;
        var zero = ExactNumber.Zero;
        // The negative half is the positive half of the range's mirror image.
        var positive = range.Max is { } max && (max.Sign < 0 || (max.Sign == 0 && range.ExcludesMax)) ? regexes.Nothing
            : Magnitudes(range, range.Min is { Sign: > 0 } ? range.Min : null, range.ExcludesMin, range.Max, range.ExcludesMax,
                excludesZero: range.Min is { } low && low.CompareTo(zero) == 0 && range.ExcludesMin);
        var negative = range.Min is { } min && (min.Sign > 0 || (min.Sign == 0 && range.ExcludesMin)) ? regexes.Nothing
            : Magnitudes(range, range.Max is { Sign: < 0 } ? range.Max?.Negated() : null, range.ExcludesMax, range.Min?.Negated(), range.ExcludesMin,
                excludesZero: range.IsInteger || (range.Max is { } high && high.CompareTo(zero) == 0 && range.ExcludesMax));
        var result = regexes.Either(positive, regexes.Sequence(regexes.Text("-"), negative));
        return regexes.IsEmpty(result) ? regexes.Nothing : result;
    }

    /// <param name="range">For its multiples.</param>
    /// <param name="min">Null: from zero on.</param>
    private Regex Magnitudes(NumberRange range, ExactNumber? min, bool excludesMin, ExactNumber? max, bool excludesMax, bool excludesZero)
    {
        var whole = regexes.Either(regexes.Text("0"), Sequence(Digits('1', '9'), regexes.Star(_digit)));
        var fraction = Sequence(regexes.Text("."), regexes.Repeat(_digit, 1, Repeat.Unlimited));
        var conditions = new List<Regex> { range.IsInteger ? whole : Sequence(whole, regexes.Optional(fraction)) };
        if (min is { } least)
            conditions.Add(AtLeast(least, excludesMin));
        if (excludesZero)
            conditions.Add(AtLeast(ExactNumber.Zero, strictly: true));
        if (max is { } most)
            conditions.Add(AtMost(most, excludesMax));
        foreach (var multiple in range.Multiples.Where(multiple => multiple != ExactNumber.One))
            conditions.Add(Divisible(multiple));
        foreach (var multiple in range.NotMultiples)
            conditions.Add(regexes.Not(Divisible(multiple)));
        var plain = regexes.Both(conditions);
        return range.Multiples.Count + range.NotMultiples.Count > 0
            ? plain
            : regexes.Either(plain, Exponents(min, max, excludesZero));
    }

    /// <summary>Numbers such as <c>1.5e+16</c> and <c>1e-07</c>, with one digit before the point.</summary>
    private Regex Exponents(ExactNumber? min, ExactNumber? max, bool excludesZero)
    {
        var some = regexes.Repeat(_digit, 1, Repeat.Unlimited);
        var mantissa = Sequence(Digits('1', '9'), regexes.Optional(Sequence(regexes.Text("."), some)));
        var exponent = regexes.Both(regexes.Repeat(_digit, 1, 3), regexes.Not(regexes.Star(regexes.Text("0"))));
        var mark = regexes.OneOf(CharSet.OfText("eE"));
        var ways = new List<Regex>();
        if (min == null && max == null && !excludesZero)
        {
            var whole = regexes.Either(regexes.Text("0"), Sequence(Digits('1', '9'), regexes.Star(_digit)));
            var any = regexes.Repeat(_digit, 1, 3);
            return Sequence(whole, regexes.Optional(Sequence(regexes.Text("."), some)), mark, regexes.Optional(regexes.OneOf(CharSet.OfText("+-"))), any);
        }
        if (max == null && (min == null || min.Value.CompareTo(new ExactNumber(10, 0)) <= 0))
            ways.Add(Sequence(mantissa, mark, regexes.Optional(regexes.Text("+")), exponent));
        if (min == null && (max == null || max.Value.CompareTo(ExactNumber.One) >= 0))
            ways.Add(Sequence(mantissa, mark, regexes.Text("-"), exponent));
        return regexes.Either(ways);
    }

    /// <summary>Digits that are larger: because there are more of them, or because of the first that differs.</summary>
    private Regex AtLeast(ExactNumber bound, bool strictly)
    {
        var (whole, fraction) = (bound.Whole, bound.Fraction);
        var tail = Tail();
        var ways = new List<Regex> { Sequence(Digits('1', '9'), regexes.Repeat(_digit, whole.Length, Repeat.Unlimited), tail) };
        for (var index = 0; index < whole.Length; index++)
            ways.Add(Sequence(regexes.Text(whole[..index]), Digits((char)(whole[index] + 1), '9'), regexes.Repeat(_digit, whole.Length - index - 1, whole.Length - index - 1), tail));
        var after = new List<Regex>();
        for (var index = 0; index < fraction.Length; index++)
            after.Add(Sequence(regexes.Text(fraction[..index]), Digits((char)(fraction[index] + 1), '9'), regexes.Star(_digit)));
        after.Add(Sequence(regexes.Text(fraction), strictly ? Sequence(regexes.Star(regexes.Text("0")), Digits('1', '9'), regexes.Star(_digit)) : regexes.Star(_digit)));
        ways.Add(Sequence(regexes.Text(whole), regexes.Text("."), regexes.Either(after)));
        if (!strictly && fraction.Length == 0)
            ways.Add(regexes.Text(whole));
        return regexes.Either(ways);
    }

    private Regex AtMost(ExactNumber bound, bool strictly)
    {
        var (whole, fraction) = (bound.Whole, bound.Fraction);
        var tail = Tail();
        var ways = new List<Regex>();
        if (whole.Length > 1)
            ways.Add(Sequence(regexes.Repeat(_digit, 1, whole.Length - 1), tail));
        for (var index = 0; index < whole.Length; index++)
            ways.Add(Sequence(regexes.Text(whole[..index]), Digits('0', (char)(whole[index] - 1)), regexes.Repeat(_digit, whole.Length - index - 1, whole.Length - index - 1), tail));
        var after = new List<Regex>();
        for (var index = 0; index < fraction.Length; index++)
        {
            after.Add(Sequence(regexes.Text(fraction[..index]), Digits('0', (char)(fraction[index] - 1)), regexes.Star(_digit)));
            if (index > 0)
                after.Add(regexes.Text(fraction[..index]));
        }
        if (!strictly)
            after.Add(Sequence(regexes.Text(fraction), regexes.Star(regexes.Text("0"))));
        ways.Add(Sequence(regexes.Text(whole), regexes.Text("."), regexes.Either(after)));
        if (!strictly || fraction.Length > 0)
            ways.Add(regexes.Text(whole));
        return regexes.Either(ways);
    }

    private Regex Divisible(ExactNumber multiple) =>
        regexes.Intern(DivisibleBy.Start((long)multiple.Unscaled, multiple.Scale));

    private Regex Tail() => regexes.Optional(Sequence(regexes.Text("."), regexes.Star(_digit)));

    private Regex Digits(char low, char high) => low > high ? regexes.Nothing : regexes.OneOf(CharSet.Of((low, high)));

    private Regex Sequence(params ReadOnlySpan<Regex> parts) => regexes.Sequence(parts);
}
