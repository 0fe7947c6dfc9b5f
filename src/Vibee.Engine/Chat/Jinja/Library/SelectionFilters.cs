using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>map, select, reject and the last two by attribute: lazy, one item at a time.</summary>
internal static class SelectionFilters
{
    public static Builtin[] All { get; } =
    [
        new("map", "*", (r, self, a) => Lazy(r, self, Mapped(r, self, Mapping(r, a)))),
        new("select", "*", (r, self, a) => Select(r, self, a, byAttribute: false, wanted: true)),
        new("reject", "*", (r, self, a) => Select(r, self, a, byAttribute: false, wanted: false)),
        new("selectattr", "*", (r, self, a) => Select(r, self, a, byAttribute: true, wanted: true)),
        new("rejectattr", "*", (r, self, a) => Select(r, self, a, byAttribute: true, wanted: false)),
    ];

    private static Func<Value, Value> Mapping(Rendering rendering, Arguments arguments)
    {
        if (arguments.Positional.Length == 0 && !arguments.Find("attribute").IsMissing)
        {
            foreach (var (name, _) in arguments.Named)
            {
                if (name is not ("attribute" or "default"))
                    throw Fault.Runtime($"Unexpected keyword argument '{name}'");
            }
            return Ordering.Attribute(rendering, arguments.Find("attribute"), arguments.Find("default"));
        }
        if (arguments.Positional.Length == 0)
            throw Fault.Runtime("map requires a filter argument");
        var filter = PythonText.Str(rendering, arguments.Positional[0]);
        var builtin = Filters.Find(filter) ?? throw Fault.Runtime($"No filter named '{filter}'.");
        var rest = arguments.After(1);
        return item => builtin.Invoke(rendering, item, rest);
    }

    private static Value Select(Rendering rendering, in Value self, Arguments arguments, bool byAttribute, bool wanted)
    {
        if (byAttribute && arguments.Positional.Length == 0)
            throw Fault.Runtime("Missing parameter for attribute name");
        var key = byAttribute
            ? Ordering.Attribute(rendering, arguments.Positional[0], default)
            : item => item;
        var rest = byAttribute ? arguments.After(1) : arguments;
        Func<Value, bool> test = item => item.IsTrue;
        if (rest.Positional.Length > 0)
        {
            var name = PythonText.Str(rendering, rest.Positional[0]);
            var builtin = Tests.Find(name) ?? throw Fault.Runtime($"No test named '{name}'.");
            var testArguments = rest.After(1);
            test = item => builtin.Invoke(rendering, item, testArguments).IsTrue;
        }
        return Lazy(rendering, self, Selected(rendering, self, item => test(key(item)) == wanted));
    }

    private static Value Lazy(Rendering rendering, in Value self, IEnumerable<Value> items)
    {
        rendering.Charge(1);
        return Value.From(new IteratorValue(items, self));
    }

    // Whether the value can be walked at all shows when it is, as with a Python generator.
    private static IEnumerable<Value> Mapped(Rendering rendering, Value items, Func<Value, Value> mapping)
    {
        if (!items.IsTrue)
            yield break;
        foreach (var item in Iteration.Of(rendering, items))
            yield return mapping(item);
    }

    private static IEnumerable<Value> Selected(Rendering rendering, Value items, Func<Value, bool> isWanted)
    {
        if (!items.IsTrue)
            yield break;
        foreach (var item in Iteration.Of(rendering, items))
        {
            if (isWanted(item))
                yield return item;
        }
    }
}
