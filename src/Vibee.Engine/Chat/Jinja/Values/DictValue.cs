using Vibee.Engine.Chat.Jinja.Runtime;

namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>A dict, in order of insertion.</summary>
internal sealed class DictValue
{
    private readonly OrderedDictionary<Value, Value> _items;

    /// <param name="items">Owned by the dict from now on.</param>
    public DictValue(OrderedDictionary<Value, Value> items)
    {
        _items = items;
        var measure = new Measure();
        foreach (var (key, value) in items)
        {
            measure.Add(key);
            measure.Add(value);
        }
        (Weight, Depth) = measure.Result();
    }

    public int Count => _items.Count;

    public long Weight { get; }

    public int Depth { get; }

    public OrderedDictionary<Value, Value> Items => _items;

    /// <summary>Hashing and comparing a key takes as long as the key is heavy, hence the charge.</summary>
    public bool TryGet(Rendering rendering, in Value key, out Value value)
    {
        rendering.Charge(key.Weight);
        return _items.TryGetValue(key, out value);
    }

    public bool Contains(Rendering rendering, in Value key) => TryGet(rendering, key, out _);

    /// <summary>For comparing two dicts, which was paid for whole.</summary>
    public bool TryGetPaid(in Value key, out Value value) => _items.TryGetValue(key, out value);
}
