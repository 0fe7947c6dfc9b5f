using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Runtime;

/// <summary>Python's order and membership.</summary>
internal static class Comparison
{
    public static bool AreEqual(Rendering rendering, in Value a, in Value b)
    {
        rendering.Charge(Math.Min(a.Weight, b.Weight) - 1);
        return a.Equals(b);
    }

    /// <summary>Below 0, 0 or above 0. NaN is neither less nor greater, and equals here: nothing sorts by it.</summary>
    // spelling: The operator, for the message when the two have no order.
    public static int Order(Rendering rendering, in Value a, in Value b, string spelling)
    {
        if (a.IsNumber && b.IsNumber)
        {
            if (a.Kind == ValueKind.Float || b.Kind == ValueKind.Float)
                return a.AsDouble < b.AsDouble ? -1 : a.AsDouble > b.AsDouble ? 1 : 0;
            return a.Kind == ValueKind.BigInt || b.Kind == ValueKind.BigInt
                ? a.AsBigInteger.CompareTo(b.AsBigInteger)
                : a.AsInt.CompareTo(b.AsInt);
        }
        Arithmetic.ThrowIfUndefined(a, b);
        rendering.Charge(Math.Min(a.Weight, b.Weight) - 1);
        if (a.IsText && b.IsText)
            return OrderText(a.AsText, b.AsText);
        return a.Kind == b.Kind && a.Kind is (ValueKind.List or ValueKind.Tuple)
            ? OrderLists(rendering, a.AsList, b.AsList, spelling)
            : throw Fault.Runtime($"'{spelling}' not supported between instances of '{TypeNames.Of(a)}' and"
                + $" '{TypeNames.Of(b)}'");
    }

    public static bool Contains(Rendering rendering, in Value container, in Value item)
    {
        switch (container.Kind)
        {
            case ValueKind.Text:
                if (!item.IsText)
                {
                    throw Fault.Runtime("'in <string>' requires string as left operand, not "
                        + TypeNames.Of(item));
                }
                rendering.ChargeSearch(container.AsText, item.AsText);
                return container.AsText.Contains(item.AsText, StringComparison.Ordinal);
            case ValueKind.Dict:
                return container.AsDict.Contains(rendering, item);
            case ValueKind.DictView when container.AsDictView.Part == DictViewPart.Keys:
                return container.AsDictView.Dict.Contains(rendering, item);
            case ValueKind.Range:
                return container.AsRange.Contains(item);
            case ValueKind.List or ValueKind.Tuple:
                foreach (var candidate in container.AsList.Items)
                {
                    rendering.Charge(1);
                    if (AreEqual(rendering, candidate, item))
                        return true;
                }
                return false;
            case ValueKind.DictView or ValueKind.Iterator or ValueKind.Undefined:
                foreach (var candidate in Iteration.Of(rendering, container))
                {
                    if (AreEqual(rendering, candidate, item))
                        return true;
                }
                return false;
            default:
                throw Fault.Runtime($"argument of type '{TypeNames.Of(container)}' is not iterable");
        }
    }

    /// <summary>By code point, which UTF-16 order is not where surrogates meet U+E000 and above.</summary>
    private static int OrderText(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        var (x, y) = (a[common], b[common]);
        return char.IsSurrogate(x) != char.IsSurrogate(y) ? (char.IsSurrogate(x) ? 1 : -1) : x.CompareTo(y);
    }

    private static int OrderLists(Rendering rendering, ListValue a, ListValue b, string spelling)
    {
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            if (!a[i].Equals(b[i]))
                return Order(rendering, a[i], b[i], spelling);
        }
        return a.Count.CompareTo(b.Count);
    }
}
