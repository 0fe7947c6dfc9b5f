namespace Vibee.Engine.Chat.Jinja.Values;

internal enum ValueKind : byte
{
    /// <summary>No value at all: a variable not yet set, an argument not given. Never seen by an operation.</summary>
    Missing,
    Undefined,
    None,
    Bool,
    Int,

    /// <summary>An integer that does not fit 64 bits; one type with <see cref="Int"/> to a template.</summary>
    BigInt,
    Float,
    Text,
    List,
    Tuple,
    Dict,
    Range,

    /// <summary>What keys(), values() and items() return.</summary>
    DictView,

    /// <summary>Can be walked once: what map, select and their like return.</summary>
    Iterator,

    /// <summary>Namespaces, macros, functions, loop: whatever derives from <see cref="TemplateObject"/>.</summary>
    Object,
}
