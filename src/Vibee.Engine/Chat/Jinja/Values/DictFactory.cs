using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Values;

internal static class DictFactory
{
    /// <summary>dict(source): a copy of a dict, or a dict of pairs.</summary>
    public static DictValue From(Rendering rendering, in Value source)
    {
        if (source.Kind == ValueKind.Dict)
            return source.AsDict;
        var items = new OrderedDictionary<Value, Value>();
        foreach (var pair in Iteration.Of(rendering, source))
        {
            rendering.Charge(pair.Weight);
            var both = Iteration.ToArray(rendering, pair);
            if (both.Length != 2)
                throw Fault.Runtime($"dictionary update sequence element #{items.Count} has length {both.Length};"
                    + " 2 is required");
            items[both[0]] = both[1];
        }
        return new DictValue(items);
    }

    public static OrderedDictionary<Value, Value> Copy(Rendering rendering, DictValue source)
    {
        rendering.Charge(source.Count);
        var items = new OrderedDictionary<Value, Value>(source.Count);
        foreach (var (key, value) in source.Items)
            items.Add(key, value);
        return items;
    }
}
