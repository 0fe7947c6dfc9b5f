namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>
/// A generator: evaluated as it is walked, and only once. Lazy because templates see the difference when a filter
/// looks at a namespace that the loop changes.
/// </summary>
internal sealed class IteratorValue
{
    /// <param name="items">Not started yet.</param>
    /// <param name="source">What they are made from; a filter over a filter nests one deeper each time.</param>
    public IteratorValue(IEnumerable<Value> items, in Value source)
    {
        Items = items.GetEnumerator();
        Depth = source.Depth + 1;
        if (Depth > Limits.ValueDepth)
            throw Fault.Limit($"values are nested more than {Limits.ValueDepth} levels deep");
    }

    public IEnumerator<Value> Items { get; }

    public int Depth { get; }
}
