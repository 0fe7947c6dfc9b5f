using System.Numerics;
using Vibee.Engine.Grammar.Lexing;
using Vibee.Engine.Grammar.Matching;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>How far an object has come.</summary>
/// <param name="Past">A bit for each declared property that was read or can no longer come.</param>
/// <param name="Count">Properties read, as far as it matters.</param>
/// <param name="Met">A bit for each need that was met.</param>
/// <param name="IsInside">Whether a property was read.</param>
internal readonly record struct ObjectProgress(BigInteger Past, int Count, int Met, bool IsInside)
{
    public static ObjectProgress Start => new(BigInteger.Zero, 0, 0, false);
}

/// <summary>
/// What is left of an object: its end, or a comma and another property. Only what leaves room for all that must still
/// come is offered.
/// </summary>
internal sealed class ObjectGoal(SchemaGoals goals, ObjectShape shape, ObjectProgress progress) : Goal
{
    private static readonly BigInteger One = BigInteger.One;

    public static bool IsPossible(SchemaGoals goals, ObjectShape shape) =>
        shape.Required.All(name => !goals.IsEmpty(shape.Properties[name])) && shape.Needs.Count < 30
        && (shape.Min == 0 || shape.Others.Any(others => !goals.IsEmpty(others.Value))
            || shape.Properties.Values.Count(value => !goals.IsEmpty(value)) >= shape.Min);

    protected override Production[] Expand()
    {
        var ways = new List<Production>();
        if (MissingRequired == 0 && progress.Count >= shape.Min && progress.Met == (1 << shape.Needs.Count) - 1)
            ways.Add(Production.Read(progress.IsInside ? goals.Terminals.CloseObject : goals.Terminals.CloseEmptyObject));
        if (Keys() is { } keys)
        {
            if (progress.IsInside)
                ways.Add(Production.Read(goals.Terminals.Comma, new FixedGoal([keys])));
            else
                ways.Add(keys);
        }
        return [.. ways];
    }

    private int MissingRequired => shape.Required.Count(name => (progress.Past >> shape.Properties.IndexOf(name) & One).IsZero);

    /// <summary>A key, followed by a value that depends on it; null if none can come.</summary>
    private Production? Keys()
    {
        var (allowed, languages) = (new bool[shape.Properties.Count], new List<Regex>());
        var any = false;
        var missing = MissingRequired;
        var mustBeLast = false;
        for (var index = 0; index < shape.Properties.Count && !mustBeLast; index++)
        {
            var (name, value) = shape.Properties.GetAt(index);
            if (!(progress.Past >> index & One).IsZero)
                continue;
            var isRequired = shape.Required.Contains(name);
            mustBeLast = goals.InOrder && isRequired;
            if (progress.Count + 1 + missing - (isRequired ? 1 : 0) > shape.Max || goals.IsEmpty(value) || !LeavesEnough(index))
                continue;
            allowed[index] = any = true;
        }
        if (shape.Others is [{ IsEveryOther: true } every] && !mustBeLast && progress.Count + 1 + missing <= shape.Max && !goals.IsEmpty(every.Value))
            return Key(goals.Regexes.Keys(goals.Regexes.Tagged(shape.Properties.Keys), index => allowed[index], shape.Properties.Count));
        if (any)
            languages.Add(goals.Regexes.Keys(goals.Regexes.Tagged(shape.Properties.Keys), index => allowed[index], null));
        for (var index = 0; index < shape.Others.Count && !mustBeLast; index++)
        {
            if (progress.Count + 1 + missing <= shape.Max && !goals.IsEmpty(shape.Others[index].Value))
                languages.Add(goals.Regexes.Sequence(shape.Others[index].Keys, goals.Regexes.Tag(shape.Properties.Count + index)));
        }
        return languages.Count == 0 ? null : Key(goals.Regexes.Either(languages));
    }

    private Production Key(Regex keys) => Production.Read(goals.Lexicon.Start(keys, Spelling.JsonString), Property);

    /// <summary>In a fixed order a property that is skipped cannot come later: as many must be left as the object needs.</summary>
    private bool LeavesEnough(int index)
    {
        if (progress.Count + 1 >= shape.Min || !goals.InOrder || shape.Others.Count > 0)
            return true;
        var left = 0;
        for (var later = index + 1; later < shape.Properties.Count; later++)
            left += goals.IsEmpty(shape.Properties.GetAt(later).Value) ? 0 : 1;
        return progress.Count + 1 + left >= shape.Min;
    }

    private FixedGoal Property(int tag)
    {
        var declared = tag < shape.Properties.Count;
        var value = declared ? shape.Properties.GetAt(tag).Value : shape.Others[tag - shape.Properties.Count].Value;
        var past = !declared ? (goals.InOrder ? (One << shape.Properties.Count) - 1 : progress.Past)
            : goals.InOrder ? progress.Past | ((One << (tag + 1)) - 1)
            : progress.Past | (One << tag);
        // Beyond the counts that are asked for it does not matter how many there are.
        var count = shape.Max < ObjectShape.Unlimited ? progress.Count + 1 : Math.Min(progress.Count + 1, shape.Min);
        var choices = new List<(Formula Value, int Met)> { (value, progress.Met) };
        for (var index = 0; index < shape.Needs.Count; index++)
        {
            var need = shape.Needs[index];
            if ((progress.Met >> index & 1) == 0 && MayMeet(need, declared, tag))
                choices = [.. choices.SelectMany(choice => Choose(choice.Value, choice.Met, need.Value, 1 << index))];
        }
        return new FixedGoal([.. choices
            .Where(choice => !goals.IsEmpty(choice.Value))
            .Select(choice => Way(choice.Value, new ObjectProgress(past, count, choice.Met, true)))]);
    }

    /// <summary>A value meets a need or does not; which is not known before it was read.</summary>
    private IEnumerable<(Formula, int)> Choose(Formula value, int met, Formula need, int bit)
    {
        var both = goals.Formulas.And(value, need);
        yield return (both, met | bit);
        if (both != value)
            yield return (value, met);
    }

    private bool MayMeet(KeyClass need, bool declared, int tag) => declared
        ? goals.Regexes.Matches(need.Keys, shape.Properties.GetAt(tag).Key)
        : goals.Regexes.IsEmpty(goals.Regexes.Both(shape.Others[tag - shape.Properties.Count].Keys, goals.Regexes.Not(need.Keys)));

    private Production Way(Formula value, ObjectProgress next) => Production.Read(
        goals.Terminals.Colon, new FixedGoal([Production.Call(goals.Value(value), goals.Object(shape, next))]));
}
