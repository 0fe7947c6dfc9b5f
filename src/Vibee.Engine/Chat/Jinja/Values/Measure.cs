namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>Adds up weight and depth of a container while it is made.</summary>
internal struct Measure
{
    private long _weight;
    private int _depth;

    public void Add(in Value value)
    {
        _weight += value.Weight;
        _depth = Math.Max(_depth, value.Depth);
    }

    /// <exception cref="TemplateException">Too deep, or too heavy for anyone to walk.</exception>
    public readonly (long Weight, int Depth) Result()
    {
        if (_depth >= Limits.ValueDepth)
            throw Fault.Limit($"values are nested more than {Limits.ValueDepth} levels deep");
        // No budget is as large, and sums of such weights do not overflow.
        return (Math.Min(_weight + 1, 1L << 40), _depth + 1);
    }
}
