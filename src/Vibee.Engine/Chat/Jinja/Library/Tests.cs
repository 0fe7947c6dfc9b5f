using System.Collections.Frozen;
using Vibee.Engine.Chat.Jinja.Expressions;
using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>What may follow `is`.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Builtin> All = new[]
    {
        Plain("defined", value => !value.IsUndefined),
        Plain("undefined", value => value.IsUndefined),
        Plain("none", value => value.IsNone),
        Plain("boolean", value => value.Kind == ValueKind.Bool),
        Plain("true", value => value.Kind == ValueKind.Bool && value.IsTrue),
        Plain("false", value => value.Kind == ValueKind.Bool && !value.IsTrue),
        Plain("integer", value => value.Kind is ValueKind.Int or ValueKind.BigInt),
        Plain("float", value => value.Kind == ValueKind.Float),
        Plain("number", value => value.IsNumber),
        Plain("string", value => value.IsText),
        Plain("mapping", value => value.Kind == ValueKind.Dict),
        Plain("sequence", value => Iteration.CountOf(value) >= 0 && value.Kind != ValueKind.DictView),
        Plain("iterable", value => Iteration.IsIterable(value)),
        Plain("callable", value => value.Kind == ValueKind.Object && value.AsObject.IsCallable),
        Plain("escaped", value => value.IsSafeText),
        new("lower", "", (r, self, _) => Value.From(IsCase(r, PythonText.Str(r, self), char.IsLower, char.IsUpper))),
        new("upper", "", (r, self, _) => Value.From(IsCase(r, PythonText.Str(r, self), char.IsUpper, char.IsLower))),
        new("odd", "", (r, self, _) =>
            Value.From(Comparison.AreEqual(r, Arithmetic.Modulo(r, self, Value.From(2)), Value.From(1)))),
        new("even", "", (r, self, _) =>
            Value.From(Comparison.AreEqual(r, Arithmetic.Modulo(r, self, Value.From(2)), Value.From(0)))),
        new("divisibleby", "num", (r, self, a) =>
            Value.From(Comparison.AreEqual(r, Arithmetic.Modulo(r, self, a.Positional[0]), Value.From(0)))),
        new("sameas", "other", (_, self, a) => Value.From(self.IsSameAs(a.Positional[0]))),
        new("filter", "", (_, self, _) => Value.From(self.IsText && Filters.Find(self.AsText) is not null)),
        new("test", "", (_, self, _) => Value.From(self.IsText && Find(self.AsText) is not null)),
        Compare("eq", ComparisonOperator.Equal),
        Compare("ne", ComparisonOperator.NotEqual),
        Compare("lt", ComparisonOperator.Less),
        Compare("le", ComparisonOperator.LessOrEqual),
        Compare("gt", ComparisonOperator.Greater),
        Compare("ge", ComparisonOperator.GreaterOrEqual),
        Compare("in", ComparisonOperator.In),
    }.ToFrozenDictionary(t => t.Name);

    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>
    {
        ["equalto"] = "eq",
        ["lessthan"] = "lt",
        ["greaterthan"] = "gt",
        ["=="] = "eq",
        ["!="] = "ne",
        ["<"] = "lt",
        ["<="] = "le",
        [">"] = "gt",
        [">="] = "ge",
    }.ToFrozenDictionary();

    public static Builtin? Find(string name) =>
        All.GetValueOrDefault(Aliases.GetValueOrDefault(name, name));

    private static Builtin Plain(string name, Func<Value, bool> test) =>
        new(name, "", (_, self, _) => Value.From(test(self)));

    private static Builtin Compare(string name, ComparisonOperator kind) =>
        new(name, "other", (r, self, a) => Value.From(ComparisonChain.Holds(r, kind, self, a.Positional[0])));

    private static bool IsCase(Rendering rendering, string text, Func<char, bool> wanted, Func<char, bool> unwanted)
    {
        rendering.ChargeScan(text.Length);
        return text.Any(wanted) && !text.Any(unwanted);
    }
}
