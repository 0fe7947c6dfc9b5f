namespace Vibee.Engine.Chat.Jinja.Values;

/// <summary>Python's names of types, as its messages spell them.</summary>
internal static class TypeNames
{
    public static string Of(in Value value) => value.Kind switch
    {
        ValueKind.None => "NoneType",
        ValueKind.Bool => "bool",
        ValueKind.Int or ValueKind.BigInt => "int",
        ValueKind.Float => "float",
        ValueKind.Text => value.IsSafeText ? "Markup" : "str",
        ValueKind.List => "list",
        ValueKind.Tuple => "tuple",
        ValueKind.Dict => "dict",
        ValueKind.Range => "range",
        ValueKind.DictView => value.AsDictView.Part switch
        {
            DictViewPart.Keys => "dict_keys",
            DictViewPart.Values => "dict_values",
            _ => "dict_items",
        },
        ValueKind.Iterator => "generator",
        ValueKind.Object => value.AsObject.TypeName,
        _ => "Undefined",
    };

    /// <summary>As in "'dict object' has no attribute 'x'".</summary>
    public static string Describe(in Value value) => value.Kind switch
    {
        ValueKind.None => "None",
        ValueKind.Object when value.AsObject is NamespaceValue => "jinja2.utils.Namespace object",
        _ => Of(value) + " object",
    };
}
