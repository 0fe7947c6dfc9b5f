using Vibee.Engine.Chat.Jinja.Library;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>x[start:stop:step].</summary>
internal static class Slicing
{
    // start: None, or missing, for an open end; likewise the others.
    public static Value Slice(Rendering rendering, in Value owner, in Value start, in Value stop, in Value step)
    {
        if (owner.IsUndefined)
            throw owner.AsUndefined.Fault();
        if (owner.Kind is not (ValueKind.Text or ValueKind.List or ValueKind.Tuple or ValueKind.Range))
            return Value.Undefined($"{TypeNames.Describe(owner)} has no slices");

        rendering.ChargeIndexing(owner);
        var length = Iteration.CountOf(owner);
        var stride = Open(step) ? 1 : step.AsIndex();
        if (stride == 0)
            throw Fault.Runtime("slice step cannot be zero");
        var (lowest, highest) = stride > 0 ? (0, length) : (-1, length - 1);
        var first = Open(start) ? (stride > 0 ? lowest : highest) : Clip(start, length, lowest, highest);
        var end = Open(stop) ? (stride > 0 ? highest : lowest) : Clip(stop, length, lowest, highest);
        var count = Count(first, end, stride);

        if (owner.IsText)
            return Text(rendering, owner.AsText, first, count, stride);
        if (owner.Kind == ValueKind.Range)
        {
            var range = owner.AsRange;
            return Value.From(new RangeValue(range.Start + first * range.Step, range.Start + end * range.Step,
                range.Step * stride, count));
        }
        rendering.Charge(count);
        var items = new Value[count];
        for (var i = 0; i < count; i++)
            items[i] = owner.AsList[first + i * stride];
        return Value.From(new ListValue(items, owner.Kind == ValueKind.Tuple));
    }

    private static bool Open(in Value bound) => bound.IsMissing || bound.IsNone;

    private static int Clip(in Value bound, int length, int lowest, int highest)
    {
        var index = (long)bound.AsIndex();
        return (int)Math.Clamp(index < 0 ? index + length : index, lowest, highest);
    }

    private static int Count(int first, int end, int stride)
    {
        var span = stride > 0 ? (long)end - first : (long)first - end;
        var size = Math.Abs((long)stride);
        return span <= 0 ? 0 : (int)((span + size - 1) / size);
    }

    private static Value Text(Rendering rendering, string text, int first, int count, int stride)
    {
        rendering.ChargeCharacters(count);
        if (stride == 1)
        {
            var from = TextIndex.ToUnits(text, first);
            var length = TextIndex.ToUnits(text.AsSpan(from), count);
            return Value.From(text.Substring(from, length));
        }
        rendering.Charge(text.Length);
        var characters = TextIndex.Characters(text).ToArray();
        var parts = new string[count];
        for (var i = 0; i < count; i++)
            parts[i] = characters[first + i * stride].AsText;
        return Value.From(string.Concat(parts));
    }
}
