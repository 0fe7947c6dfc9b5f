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

    public bool TryGet(in Value key, out Value value) => _items.TryGetValue(key, out value);

    public bool Contains(in Value key) => _items.ContainsKey(key);
}
