namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>
/// A list or tuple. Weight and depth are counted once, here: a list that holds another one twice is a tree of
/// exponential size to whoever prints or compares it, and must cost that much before anyone does.
/// </summary>
internal sealed class ListValue
{
    private readonly Value[] _items;

    /// <param name="items">Owned by the list from now on.</param>
    /// <param name="isTuple">Printed in parentheses, and hashable.</param>
    public ListValue(Value[] items, bool isTuple)
    {
        _items = items;
        IsTuple = isTuple;
        var measure = new Measure();
        foreach (var item in items)
            measure.Add(item);
        (Weight, Depth) = measure.Result();
    }

    public bool IsTuple { get; }

    /// <summary>A pair of groupby, whose parts also have names: grouper and list.</summary>
    public bool IsGroup { get; private init; }

    public static ListValue Group(in Value key, in Value items) => new([key, items], true) { IsGroup = true };

    public int Count => _items.Length;

    public long Weight { get; }

    public int Depth { get; }

    public ReadOnlySpan<Value> Items => _items;

    public Value[] Array => _items;

    public Value this[int index] => _items[index];
}
