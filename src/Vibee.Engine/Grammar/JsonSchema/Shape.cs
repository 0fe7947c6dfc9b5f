using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>
/// What a formula means, type by type: a value satisfies it when it satisfies one of the alternatives of its type.
/// Sets of this kind can be joined, intersected and complemented, which is all that JSON Schema asks for.
/// </summary>
/// <param name="Text">The characters of strings.</param>
/// <param name="IsExact">Whether it is the set that was meant; otherwise it is wider, and its complement unknown.</param>
/// <remarks>Attouche et al., "Witness Generation for JSON Schema" (VLDB 2022), show that such normal forms exist for the
/// whole language and what they cost.</remarks>
internal sealed record Shape(
    bool Null, bool True, bool False, EquatableList<NumberRange> Numbers, Regex Text,
    EquatableList<ObjectShape> Objects, EquatableList<ArrayShape> Arrays, bool IsExact = true);

/// <summary>One way to be an object. Compared by identity.</summary>
/// <param name="properties">In the order of the schema.</param>
/// <param name="others">All other keys, in disjoint classes.</param>
/// <param name="required">Names among <paramref name="properties"/>.</param>
/// <param name="needs">For each, some property must have such a key and such a value.</param>
internal sealed class ObjectShape(
    OrderedDictionary<string, Formula> properties, IReadOnlyList<KeyClass> others, IReadOnlySet<string> required,
    int min, int max, IReadOnlyList<KeyClass> needs)
{
    /// <summary>As a maximum: no limit.</summary>
    public const int Unlimited = int.MaxValue;

    public OrderedDictionary<string, Formula> Properties => properties;

    public IReadOnlyList<KeyClass> Others => others;

    public IReadOnlySet<string> Required => required;

    public int Min => min;

    public int Max => max;

    public IReadOnlyList<KeyClass> Needs => needs;
}

/// <summary>The properties whose keys belong to a language, and what their values must be.</summary>
/// <param name="IsEveryOther">Whether these are simply all that are not declared.</param>
internal sealed record KeyClass(Regex Keys, Formula Value, bool IsEveryOther = false);

/// <summary>One way to be an array. Compared by identity.</summary>
/// <param name="prefix">What the first items must be.</param>
/// <param name="rest">What the others must be.</param>
internal sealed class ArrayShape(IReadOnlyList<Formula> prefix, Formula rest, int min, int max, IReadOnlyList<Containment> contains)
{
    public IReadOnlyList<Formula> Prefix => prefix;

    public Formula Rest => rest;

    public int Min => min;

    public int Max => max;

    public IReadOnlyList<Containment> Contains => contains;

    public Formula Item(int index) => index < prefix.Count ? prefix[index] : rest;
}

/// <summary>How many items, from an index on, must satisfy a formula.</summary>
internal sealed record Containment(Formula Item, int From, int Min, int Max);
