using System.Text.Json;
using Vibee.Engine.Grammar.Patterns;

namespace Vibee.Engine.Grammar.JsonSchema;

/// <summary>The shape of a single value.</summary>
internal static class Constants
{
    public static Shape ShapeOf(ShapeAlgebra algebra, FormulaTable formulas, RegexFactory regexes, JsonElement value)
    {
        var nothing = algebra.Nothing;
        return value.ValueKind switch
        {
            JsonValueKind.Null => nothing with { Null = true },
            JsonValueKind.True => nothing with { True = true },
            JsonValueKind.False => nothing with { False = true },
            JsonValueKind.String => nothing with { Text = regexes.Text(value.GetString()!) },
            JsonValueKind.Number => nothing with { Numbers = [Number(value)] },
            JsonValueKind.Array => nothing with { Arrays = [Array(formulas, value)] },
            _ => nothing with { Objects = [Object(formulas, value)] },
        };
    }

    public static NumberRange Number(JsonElement value)
    {
        if (ExactNumber.Parse(value.GetRawText()) is not { } number)
            throw new GrammarLimitException("a number has too many digits");
        var only = NumberRange.Only(number);
        return number.IsInteger && !value.GetRawText().Contains('.') ? only with { Multiples = [ExactNumber.One] } : only;
    }

    private static ArrayShape Array(FormulaTable formulas, JsonElement value)
    {
        Formula[] items = [.. value.EnumerateArray().Select(formulas.Constant)];
        return new ArrayShape(items, formulas.Never, items.Length, items.Length, []);
    }

    private static ObjectShape Object(FormulaTable formulas, JsonElement value)
    {
        var properties = new OrderedDictionary<string, Formula>();
        foreach (var property in value.EnumerateObject())
            properties[property.Name] = formulas.Constant(property.Value);
        return new ObjectShape(properties, [], properties.Keys.ToHashSet(), 0, ObjectShape.Unlimited, []);
    }
}
