namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>Python's == and hash(): 1 == 1.0 == True, values of other types are never equal.</summary>
internal static class Equality
{
    public static bool AreEqual(in Value a, in Value b)
    {
        if (a.IsNumber && b.IsNumber)
            return NumbersEqual(a, b);
        if (a.Kind != b.Kind)
            return false;
        switch (a.Kind)
        {
            case ValueKind.Text:
                return a.AsText == b.AsText;
            case ValueKind.List or ValueKind.Tuple:
                return ListsEqual(a.AsList, b.AsList);
            case ValueKind.Dict:
                return DictsEqual(a.AsDict, b.AsDict);
            case ValueKind.Range:
                return a.AsRange.SameAs(b.AsRange);
            case ValueKind.None or ValueKind.Undefined or ValueKind.Missing:
                return true;
            default:
                return a.IsSameAs(b);
        }
    }

    public static int Hash(in Value value) => value.Kind switch
    {
        ValueKind.Text => value.AsText.GetHashCode(),
        ValueKind.Bool or ValueKind.Int => HashBits(value.AsInt),
        ValueKind.BigInt => HashBits(BitConverter.DoubleToInt64Bits(value.AsDouble)),
        ValueKind.Float when IsLong(value.AsDouble) => HashBits((long)value.AsDouble),
        ValueKind.Float => HashBits(BitConverter.DoubleToInt64Bits(value.AsDouble)),
        ValueKind.Tuple => HashTuple(value.AsList),
        ValueKind.List or ValueKind.Dict => throw Fault.Runtime($"unhashable type: '{TypeNames.Of(value)}'"),
        ValueKind.None or ValueKind.Undefined or ValueKind.Missing => (int)value.Kind,
        ValueKind.Range => HashCode.Combine(value.AsRange.Count, value.AsRange.Start),
        _ => value.ReferenceHash,
    };

    private static bool NumbersEqual(in Value a, in Value b)
    {
        if (a.Kind == ValueKind.Float || b.Kind == ValueKind.Float)
            return a.AsDouble == b.AsDouble;
        return a.Kind == ValueKind.BigInt || b.Kind == ValueKind.BigInt
            ? a.AsBigInteger == b.AsBigInteger
            : a.AsInt == b.AsInt;
    }

    private static bool ListsEqual(ListValue a, ListValue b)
    {
        if (ReferenceEquals(a, b))
            return true;
        if (a.Count != b.Count)
            return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (!AreEqual(a[i], b[i]))
                return false;
        }
        return true;
    }

    private static bool DictsEqual(DictValue a, DictValue b)
    {
        if (ReferenceEquals(a, b))
            return true;
        if (a.Count != b.Count)
            return false;
        foreach (var (key, value) in a.Items)
        {
            if (!b.TryGetPaid(key, out var other) || !AreEqual(value, other))
                return false;
        }
        return true;
    }

    private static int HashTuple(ListValue tuple)
    {
        var hash = new HashCode();
        foreach (var item in tuple.Items)
            hash.Add(Hash(item));
        return hash.ToHashCode();
    }

    // Seeded per process, unlike long's own hash: a template must not be able to make keys that collide.
    private static int HashBits(long bits) => HashCode.Combine((int)bits, (int)(bits >> 32));

    private static bool IsLong(double value) => value is >= long.MinValue and < long.MaxValue && value == Math.Floor(value);
}
