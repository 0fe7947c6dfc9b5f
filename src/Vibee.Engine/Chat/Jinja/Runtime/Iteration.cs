using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>Walking values as Python's for does. Every item costs a step.</summary>
internal static class Iteration
{
    /// <exception cref="TemplateException">The value cannot be walked.</exception>
    public static IEnumerable<Value> Of(Rendering rendering, Value value) => value.Kind switch
    {
        ValueKind.List or ValueKind.Tuple => Paid(rendering, value.AsList.Array),
        ValueKind.Text => Paid(rendering, TextIndex.Characters(value.AsText)),
        ValueKind.Dict => Paid(rendering, value.AsDict.Items.Keys),
        ValueKind.DictView => Paid(rendering, value.AsDictView.Items()),
        ValueKind.Range => Paid(rendering, value.AsRange.Items()),
        ValueKind.Iterator => Rest(rendering, value.AsIterator.Items),
        ValueKind.Undefined => [],
        _ => throw Fault.Runtime($"'{TypeNames.Of(value)}' object is not iterable"),
    };

    public static bool IsIterable(in Value value) => value.Kind is >= ValueKind.Text and <= ValueKind.Iterator
        or ValueKind.Undefined;

    /// <summary>len(), or −1 for what has none.</summary>
    public static int CountOf(in Value value) => value.Kind switch
    {
        ValueKind.List or ValueKind.Tuple => value.AsList.Count,
        ValueKind.Text => TextIndex.Length(value.AsText),
        ValueKind.Dict => value.AsDict.Count,
        ValueKind.DictView => value.AsDictView.Count,
        ValueKind.Range => value.AsRange.Count,
        ValueKind.Undefined => 0,
        _ => -1,
    };

    /// <summary>All items in a new array, except that a list's own array comes back: treat it as read-only.</summary>
    public static Value[] ToArray(Rendering rendering, in Value value)
    {
        if (value.Kind is ValueKind.List or ValueKind.Tuple)
        {
            rendering.Charge(value.AsList.Count);
            return value.AsList.Array;
        }
        return Of(rendering, value).ToArray();
    }

    private static IEnumerable<Value> Paid(Rendering rendering, IEnumerable<Value> items)
    {
        foreach (var item in items)
        {
            rendering.Charge(1);
            yield return item;
        }
    }

    // Not foreach, which would dispose the iterator: the rest of it may be walked later.
    private static IEnumerable<Value> Rest(Rendering rendering, IEnumerator<Value> items)
    {
        while (true)
        {
            rendering.Charge(1);
            if (!items.MoveNext())
                yield break;
            yield return items.Current;
        }
    }
}
