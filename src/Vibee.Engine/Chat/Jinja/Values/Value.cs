using System.Numerics;

namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>
/// A Python value. A struct, so that numbers, booleans and None cost no allocation; what it holds is immutable
/// (namespaces and iterators apart), so values are shared between renders and threads without care.
/// </summary>
internal readonly struct Value : IEquatable<Value>
{
    private readonly object? _object;
    private readonly long _bits;

    private Value(ValueKind kind, object? content, long bits)
    {
        Kind = kind;
        _object = content;
        _bits = bits;
    }

    public ValueKind Kind { get; }

    public static Value None { get; } = new(ValueKind.None, null, 0);

    public static Value True { get; } = new(ValueKind.Bool, null, 1);

    public static Value False { get; } = new(ValueKind.Bool, null, 0);

    public static Value EmptyText { get; } = From("");

    public static Value From(bool value) => value ? True : False;

    public static Value From(long value) => new(ValueKind.Int, null, value);

    public static Value From(double value) => new(ValueKind.Float, null, BitConverter.DoubleToInt64Bits(value));

    public static Value From(string value) => new(ValueKind.Text, value, 0);

    /// <summary>Text marked as safe HTML. Joined to other text by +, it escapes that, as Markup does.</summary>
    public static Value FromSafe(string value) => new(ValueKind.Text, value, 1);

    public static Value From(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
            return From((long)value);
        if (value.GetBitLength() > Limits.IntegerBits)
            throw Fault.Limit($"an integer gets longer than {Limits.IntegerBits} bits");
        return new Value(ValueKind.BigInt, value, 0);
    }

    public static Value From(ListValue value) => new(value.IsTuple ? ValueKind.Tuple : ValueKind.List, value, 0);

    public static Value List(params Value[] items) => From(new ListValue(items, false));

    public static Value Tuple(params Value[] items) => From(new ListValue(items, true));

    public static Value From(DictValue value) => new(ValueKind.Dict, value, 0);

    public static Value From(RangeValue value) => new(ValueKind.Range, value, 0);

    public static Value From(DictView value) => new(ValueKind.DictView, value, 0);

    public static Value From(IteratorValue value) => new(ValueKind.Iterator, value, 0);

    public static Value From(TemplateObject value) => new(ValueKind.Object, value, 0);

    public static Value Undefined(UndefinedReason reason) => new(ValueKind.Undefined, reason, 0);

    public static Value Undefined(string hint) => Undefined(new UndefinedReason(hint));

    public bool IsMissing => Kind == ValueKind.Missing;

    public bool IsUndefined => Kind == ValueKind.Undefined;

    public bool IsNone => Kind == ValueKind.None;

    public bool IsText => Kind == ValueKind.Text;

    public bool IsSafeText => Kind == ValueKind.Text && _bits != 0;

    /// <summary>Bool, int or float: Python's bool is an int.</summary>
    public bool IsNumber => Kind is >= ValueKind.Bool and <= ValueKind.Float;

    public bool IsInteger => Kind is >= ValueKind.Bool and <= ValueKind.BigInt;

    /// <summary>For <see cref="ValueKind.Bool"/> and <see cref="ValueKind.Int"/>.</summary>
    public long AsInt => _bits;

    public BigInteger AsBigInteger => Kind == ValueKind.BigInt ? (BigInteger)_object! : _bits;

    /// <summary>For every number.</summary>
    public double AsDouble => Kind switch
    {
        ValueKind.Float => BitConverter.Int64BitsToDouble(_bits),
        ValueKind.BigInt => (double)(BigInteger)_object!,
        _ => _bits,
    };

    public string AsText => (string)_object!;

    public ListValue AsList => (ListValue)_object!;

    public DictValue AsDict => (DictValue)_object!;

    public RangeValue AsRange => (RangeValue)_object!;

    public DictView AsDictView => (DictView)_object!;

    public IteratorValue AsIterator => (IteratorValue)_object!;

    public TemplateObject AsObject => (TemplateObject)_object!;

    public UndefinedReason AsUndefined => (UndefinedReason)_object!;

    /// <summary>Python's truth.</summary>
    public bool IsTrue => Kind switch
    {
        ValueKind.Bool or ValueKind.Int => _bits != 0,
        ValueKind.Float => AsDouble != 0,
        ValueKind.Text => AsText.Length > 0,
        ValueKind.List or ValueKind.Tuple => AsList.Count > 0,
        ValueKind.Dict => AsDict.Count > 0,
        ValueKind.Range => AsRange.Count > 0,
        ValueKind.DictView => AsDictView.Count > 0,
        ValueKind.Missing or ValueKind.Undefined or ValueKind.None => false,
        _ => true,
    };

    /// <summary>How many steps a walk over all of it takes; at least 1.</summary>
    public long Weight => Kind switch
    {
        ValueKind.Text => 1 + AsText.Length / Limits.CharactersPerStep,
        ValueKind.List or ValueKind.Tuple => AsList.Weight,
        ValueKind.Dict => AsDict.Weight,
        ValueKind.DictView => AsDictView.Dict.Weight,
        ValueKind.Range => AsRange.Count,
        _ => 1,
    };

    /// <summary>Levels of values within values: 0 for what holds none.</summary>
    public int Depth => Kind switch
    {
        ValueKind.List or ValueKind.Tuple => AsList.Depth,
        ValueKind.Dict => AsDict.Depth,
        ValueKind.DictView => AsDictView.Dict.Depth + 1,
        ValueKind.Iterator => AsIterator.Depth,
        _ => 0,
    };

    /// <summary>Python's ==. Takes <see cref="Weight"/> steps at most and recurses <see cref="Depth"/> levels.</summary>
    public bool Equals(Value other) => Equality.AreEqual(this, other);

    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    /// <exception cref="TemplateException">The value is mutable in Python and so cannot be a key.</exception>
    public override int GetHashCode() => Equality.Hash(this);

    /// <summary>Python's `is`, for what identity there is here.</summary>
    public bool IsSameAs(Value other) => Kind == other.Kind && (_object is null or string or BigInteger
        ? Equals(other)
        : ReferenceEquals(_object, other._object));

    internal int ReferenceHash => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_object);
}
