using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Runtime;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Methods of list, tuple and dict that change nothing.</summary>
internal static class ContainerMethods
{
    public static Builtin[] List { get; } =
    [
        new("index", "item start? stop?", (r, self, a) => Index(r, self, a)),
        new("count", "item", (r, self, a) =>
        {
            var count = 0;
            foreach (var item in self.AsList.Items)
            {
                r.Charge(1);
                count += Comparison.AreEqual(r, item, a.Positional[0]) ? 1 : 0;
            }
            return Value.From(count);
        }),
        new("copy", "", (_, self, _) => self),
    ];

    public static Builtin[] Dict { get; } =
    [
        new("get", "key default?", (r, self, a) =>
            self.AsDict.TryGet(r, a.Positional[0], out var item)
                ? item
                : a.Positional[1].IsMissing ? Value.None : a.Positional[1]),
        new("items", "", (_, self, _) => Value.From(new DictView(self.AsDict, DictViewPart.Items))),
        new("keys", "", (_, self, _) => Value.From(new DictView(self.AsDict, DictViewPart.Keys))),
        new("values", "", (_, self, _) => Value.From(new DictView(self.AsDict, DictViewPart.Values))),
        new("copy", "", (_, self, _) => self),
        new("fromkeys", "keys value?", (r, _, a) =>
        {
            var items = new OrderedDictionary<Value, Value>();
            foreach (var key in Iteration.Of(r, a.Positional[0]))
            {
                r.Charge(key.Weight);
                items[key] = a.Positional[1].IsMissing ? Value.None : a.Positional[1];
            }
            return Value.From(new DictValue(items));
        }),
    ];

    private static Value Index(Rendering rendering, in Value self, in Arguments arguments)
    {
        var list = self.AsList;
        var start = Clip(arguments.Positional[1].AsIndex(0));
        var stop = Clip(arguments.Positional[2].AsIndex(list.Count));
        for (var i = start; i < stop; i++)
        {
            rendering.Charge(1);
            if (Comparison.AreEqual(rendering, list[i], arguments.Positional[0]))
                return Value.From(i);
        }
        throw Fault.Runtime($"{PythonText.Repr(rendering, arguments.Positional[0])} is not in {TypeNames.Of(self)}");

        int Clip(int index) => Math.Clamp(index < 0 ? index + list.Count : index, 0, list.Count);
    }
}
