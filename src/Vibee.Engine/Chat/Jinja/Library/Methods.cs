using System.Collections.Frozen;
using Vibee.Engine.Chat.Jinja.Values;

namespace Vibee.Engine.Chat.Jinja.Library;

/// <summary>The methods of Python's types that a template may call. What is not listed does not exist.</summary>
internal static class Methods
{
    // The sandbox is of the immutable kind: these exist, but are not to be had.
    private static readonly FrozenSet<string> ListMutators =
        FrozenSet.Create("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

    private static readonly FrozenSet<string> DictMutators =
        FrozenSet.Create("clear", "pop", "popitem", "setdefault", "update");

    private static readonly FrozenDictionary<string, Builtin> Text = TextMethods.All
        .Concat(TextSplitting.All)
        .ToFrozenDictionary(m => m.Name);

    private static readonly FrozenDictionary<string, Builtin> List = ContainerMethods.List.ToFrozenDictionary(m => m.Name);

    private static readonly FrozenDictionary<string, Builtin> Tuple = ContainerMethods.List
        .Where(m => m.Name != "copy")
        .ToFrozenDictionary(m => m.Name);

    private static readonly FrozenDictionary<string, Builtin> Dict = ContainerMethods.Dict.ToFrozenDictionary(m => m.Name);

    public static Builtin? Find(ValueKind kind, string name) => kind switch
    {
        ValueKind.Text => Text.GetValueOrDefault(name),
        ValueKind.List => List.GetValueOrDefault(name),
        ValueKind.Tuple => Tuple.GetValueOrDefault(name),
        ValueKind.Dict => Dict.GetValueOrDefault(name),
        _ => null,
    };

    /// <summary>Whether Python has the attribute but the sandbox hides it.</summary>
    public static bool IsForbidden(ValueKind kind, string name) => kind switch
    {
        ValueKind.List when ListMutators.Contains(name) => true,
        ValueKind.Dict when DictMutators.Contains(name) => true,
        _ => name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal),
    };
}
