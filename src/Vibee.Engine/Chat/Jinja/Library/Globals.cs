using System.Collections.Frozen;
using Vibee.Engine.Chat.Jinja.Formatting;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>Functions every template can call, unless its context has a variable of that name.</summary>
internal static class Globals
{
    private static readonly FrozenDictionary<string, Value> All = new Builtin[]
    {
        new("range", "a b? step?", (_, _, a) => Value.From(a.Positional[1].IsMissing
            ? RangeValue.Create(0, a.Positional[0].AsLong(), 1)
            : RangeValue.Create(a.Positional[0].AsLong(), a.Positional[1].AsLong(),
                a.Positional[2].IsMissing ? 1 : a.Positional[2].AsLong()))),
        new("namespace", "*", (r, _, a) => Value.From(new NamespaceValue(r, a))),
        new("dict", "*", (r, _, a) =>
        {
            var items = a.Positional.Length > 0
                ? DictFactory.Copy(r, DictFactory.From(r, a.Positional[0]))
                : new OrderedDictionary<Value, Value>();
            foreach (var (name, value) in a.Named)
                items[Value.From(name)] = value;
            return Value.From(new DictValue(items));
        }),
        new("cycler", "*", (_, _, a) => Value.From(new CyclerValue(a.Positional))),
        new("joiner", "sep?", (_, _, a) =>
            Value.From(new JoinerValue(a.Positional[0].IsMissing ? Value.From(", ") : a.Positional[0]))),
        new("raise_exception", "message", (r, _, a) => throw Fault.Raised(PythonText.Str(r, a.Positional[0]))),
        new("strftime_now", "format", (r, _, a) =>
        {
            var format = a.Positional[0].AsString("the format");
            // A code makes up to 24 characters out of two, through a dozen small strings.
            r.ChargeScan(format.Length * 32L);
            return Value.From(TimeFormat.Format(r.Time.GetLocalNow().DateTime, format));
        }),
    }.ToFrozenDictionary(f => f.Name, f => Value.From(new FunctionValue(f)));

    /// <summary>Missing when there is none.</summary>
    public static Value Find(string name) => All.GetValueOrDefault(name);
}
