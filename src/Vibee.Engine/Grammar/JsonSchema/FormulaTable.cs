using System.Text.Json;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>Makes formulas, equal ones once.</summary>
internal sealed class FormulaTable
{
    private const int MaxFormulas = 100_000;

    private readonly Dictionary<string, Formula> _known = [];

    public FormulaTable()
    {
        Always = Add("true", new Formula.Always());
        Never = Add("false", new Formula.Never());
    }

    public Formula Always { get; }

    public Formula Never { get; }

    public Formula Literal(JsonElement schema, string pointer) => schema.ValueKind switch
    {
        JsonValueKind.True => Always,
        JsonValueKind.False => Never,
        _ => Find("#" + pointer, () => new Formula.Literal(schema, pointer)),
    };

    public Formula Constant(JsonElement value) => Find("=" + value.GetRawText(), () => new Formula.Constant(value));

    public Formula Shaped(Shape shape) => Add("@" + _known.Count, new Formula.Given { Shape = shape });

    public Formula And(params IEnumerable<Formula> parts)
    {
        var flat = Flatten(parts, part => (part as Formula.All)?.Parts, Always);
        return flat.Contains(Never) ? Never : Combine("&", flat, Always, all => new Formula.All(all));
    }

    public Formula Or(params IEnumerable<Formula> parts)
    {
        var flat = Flatten(parts, part => (part as Formula.Any)?.Parts, Never);
        return flat.Contains(Always) ? Always : Combine("|", flat, Never, any => new Formula.Any(any));
    }

    public Formula Not(Formula inner) =>
        inner == Always ? Never
        : inner == Never ? Always
        : inner is Formula.Not not ? not.Inner
        : Find("!" + inner.Id, () => new Formula.Not(inner));

    private static Formula[] Flatten(IEnumerable<Formula> parts, Func<Formula, Formula[]?> inner, Formula neutral) =>
        [.. parts.SelectMany(part => inner(part) ?? [part]).Where(part => part != neutral).DistinctBy(part => part.Id).OrderBy(part => part.Id)];

    private Formula Combine(string mark, Formula[] parts, Formula neutral, Func<Formula[], Formula> make) => parts.Length switch
    {
        0 => neutral,
        1 => parts[0],
        _ => Find(mark + string.Join(',', parts.Select(part => part.Id)), () => make(parts)),
    };

    private Formula Find(string key, Func<Formula> make) => _known.TryGetValue(key, out var known) ? known : Add(key, make());

    private Formula Add(string key, Formula formula)
    {
        if (_known.Count > MaxFormulas)
            throw new GrammarLimitException("the schema combines too many parts");
        formula.Id = _known.Count;
        _known.Add(key, formula);
        return formula;
    }
}
