namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>range(start, stop, step), never spelled out in memory.</summary>
internal sealed class RangeValue(long start, long stop, long step, int count)
{
    public long Start => start;

    public long Stop => stop;

    public long Step => step;

    public int Count => count;

    public Value this[int index] => Value.From(start + index * step);

    /// <exception cref="TemplateException">The step is 0, or the range is longer than the sandbox allows.</exception>
    public static RangeValue Create(long start, long stop, long step)
    {
        if (step == 0)
            throw Fault.Runtime("range() arg 3 must not be zero");
        // In 128 bits: stop - start of two 64-bit numbers may not fit 64.
        var span = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var size = Int128.Abs(step);
        var count = span <= 0 ? 0 : (span + size - 1) / size;
        if (count > Limits.RangeLength)
            throw Fault.Limit("Range too big. The sandbox blocks ranges larger than"
                + $" MAX_RANGE ({Limits.RangeLength}).");
        return new RangeValue(start, stop, step, (int)count);
    }

    public bool SameAs(RangeValue other) => count == other.Count
        && (count == 0 || (start == other.Start && (count == 1 || step == other.Step)));

    public bool Contains(in Value item)
    {
        if (!item.IsNumber || item.AsDouble is var number && (number != Math.Floor(number) || Math.Abs(number) > 1e18))
            return false;
        var offset = (Int128)(long)number - start;
        return offset % step == 0 && offset / step >= 0 && offset / step < count;
    }

    public IEnumerable<Value> Items()
    {
        for (var i = 0; i < count; i++)
            yield return this[i];
    }
}
