namespace Vibee.Engine.Grammar;

/// <summary>A keyword of a JSON Schema that the grammar does not ensure; what it accepts is wider for it.</summary>
/// <param name="Keyword">Such as <c>uniqueItems</c>.</param>
/// <param name="Pointer">The JSON pointer of the keyword in the schema.</param>
/// <param name="Reason">Why, as a part of a sentence.</param>
public sealed record UnenforcedKeyword(string Keyword, string Pointer, string Reason);
